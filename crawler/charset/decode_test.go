package charset_test

import (
	"testing"

	"golang.org/x/text/encoding/charmap"

	"policywatch/crawler/charset"
)

func TestDecodePersianWindows1256(t *testing.T) {
	const text = "<p>حريم خصوصي کاربران اين پايگاه، گزارش چاپ و ژرفا</p>"
	b, err := charmap.Windows1256.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, label := range []string{"", "text/html", "text/html; charset=utf-8", "text/html; charset=iso-8859-1", "text/html; charset=iso-8859-6", "text/html; charset=windows-1256"} {
		got, name := charset.Decode(b, label)
		if string(got) != text || name != "windows-1256" {
			t.Errorf("label %q: got %q in %s", label, got, name)
		}
	}
}
