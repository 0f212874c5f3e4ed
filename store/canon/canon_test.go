package canon

import (
	"testing"

	"pgregory.net/rapid"
)

func TestTextIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		once := Text(s)
		if twice := Text(once); twice != once {
			t.Fatalf("Text(%q) = %q, again %q", s, once, twice)
		}
		if Key(once) != Key(s) {
			t.Fatalf("Key(%q) = %q, of its Text %q", s, Key(s), Key(once))
		}
	})
}

func FuzzCanon(f *testing.F) {
	for _, s := range []string{"می‌شود کتاب ها", "a\u200b\u0301", "10,000 €", "ﻻ ﷲ ½", "\xff\xfe", "ẞİI"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Text(s)
		if twice := Text(once); twice != once {
			t.Fatalf("Text(%q) = %q, again %q", s, once, twice)
		}
		if Key(once) != Key(s) {
			t.Fatalf("Key(%q) = %q, of its Text %q", s, Key(s), Key(once))
		}
		a, b := Tokens(s), Tokens(once)
		if len(a) != len(b) {
			t.Fatalf("Tokens(%q) = %v, of its Text %v", s, a, b)
		}
		end := 0
		for i := range a {
			if a[i].Text != b[i].Text {
				t.Fatalf("Tokens(%q) = %v, of its Text %v", s, a, b)
			}
			if a[i].From < 0 || a[i].To > len(s) || a[i].From >= a[i].To {
				t.Fatalf("Tokens(%q): range %v after %d", s, a[i], end)
			}
		}
	})
}
