package demo_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"policywatch/cmd/internal/demo"
	"policywatch/store/record"
)

// F14: the old sites send what they say they send, and no UTF-8.
func TestCharsetsOnTheWire(t *testing.T) {
	w := open(t)
	for _, a := range w.Agencies() {
		st, u := w.Statement(a.Slug, 0)
		page := get(t, u)
		enc := decoders[declared(page)]
		switch a.Slug {
		case "nilrud":
			if got := page.Header.Get("Content-Type"); got != "text/html" {
				t.Errorf("nilrud: Content-Type %q; only the meta element may tell the charset", got)
			}
			if declared(page) != "windows-1256" {
				t.Errorf("nilrud declares %q", declared(page))
			}
		case "makhtutat":
			if got := page.Header.Get("Content-Type"); got != "text/html; charset=ISO-8859-6" {
				t.Errorf("makhtutat: Content-Type %q", got)
			}
		}
		if enc == nil {
			if !utf8.Valid(page.Body) {
				t.Errorf("%s: not UTF-8", a.Slug)
			}
			continue
		}
		if utf8.Valid(page.Body) {
			t.Errorf("%s: valid UTF-8 on the wire, want %s", a.Slug, declared(page))
		}
		// The statement itself needs no character references: all its letters
		// are letters of the charset.
		for _, line := range st.Lines() {
			if _, err := enc.NewEncoder().String(line); err != nil {
				t.Errorf("%s: %q has no form in %s: %v", a.Slug, line, declared(page), err)
			}
		}
	}
}

// C12, D2: two answers differ although nobody edited anything, and say the
// same statement; on every page, not on the statement's alone.
func TestNoise(t *testing.T) {
	w := open(t)
	for _, a := range w.Agencies() {
		st, u := w.Statement(a.Slug, 0)
		for _, u := range []string{u, a.URL(), a.URL() + "no-such-page"} {
			one, two := get(t, u), get(t, u)
			if bytes.Equal(one.Body, two.Body) {
				t.Errorf("%s: two answers are equal", u)
			}
		}
		one, two := text(t, get(t, u)), text(t, get(t, u))
		if one == two {
			t.Errorf("%s: the noise does not show in the text", a.Slug)
		}
		// Something stands between, or right around, the statement's own lines.
		if missing(one, st) != "" || missing(two, st) != "" {
			t.Errorf("%s: the noise breaks the statement", a.Slug)
		}
	}
}

// Equal seeds make equal worlds; another seed makes another.
func TestNoiseIsRepeatable(t *testing.T) {
	fetch := func(seed int64) map[string][]byte {
		w, err := demo.Start(context.Background(), seed)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		out := map[string][]byte{}
		for _, a := range w.Agencies() {
			_, u := w.Statement(a.Slug, 0)
			get(t, a.URL())
			out[a.Slug] = get(t, u).Body
		}
		return out
	}
	one, same, other := fetch(7), fetch(7), fetch(8)
	for slug := range one {
		if !bytes.Equal(one[slug], same[slug]) {
			t.Errorf("%s: the same seed gave another page", slug)
		}
		if bytes.Equal(one[slug], other[slug]) {
			t.Errorf("%s: another seed gave the same page", slug)
		}
	}
}

// The entity tag stands for what the editors wrote: an unchanged statement is
// not sent again in spite of the noise.
func TestConditionalRequest(t *testing.T) {
	w := open(t)
	_, u := w.Statement("baran", 0)
	first := get(t, u)
	tag := first.Header.Get("Etag")
	if tag == "" {
		t.Fatal("no entity tag")
	}
	w.Advance(1)
	if res := get(t, u, "If-None-Match", tag); res.StatusCode != http.StatusNotModified || len(res.Body) != 0 {
		t.Errorf("status %d with %d bytes, want 304 without any", res.StatusCode, len(res.Body))
	}
	if res := get(t, u, "If-None-Match", `"other"`); res.StatusCode != http.StatusOK {
		t.Errorf("another tag gave %d", res.StatusCode)
	}
}

// F11: one move leaves nothing at the old address, the other one redirects.
func TestMoves(t *testing.T) {
	w := open(t)
	for slug, status := range map[string]int{"kuhsayeh": http.StatusNotFound, "estavia": http.StatusMovedPermanently} {
		_, before := w.Statement(slug, 0)
		st, after := w.Statement(slug, 1)
		if before == after {
			t.Errorf("%s does not move", slug)
		}
		if res := get(t, before); res.StatusCode != http.StatusOK {
			t.Errorf("%s before the move: %d", slug, res.StatusCode)
		}
		if res := get(t, after); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: the new address answers %d before the move", slug, res.StatusCode)
		}
		w.Advance(1)
		res := get(t, before)
		if res.StatusCode != status {
			t.Errorf("%s: the old address answers %d, want %d", slug, res.StatusCode, status)
		}
		if status == http.StatusMovedPermanently && resolve(t, before, res.Header.Get("Location")) != after {
			t.Errorf("%s: redirects to %q, want %q", slug, res.Header.Get("Location"), after)
		}
		if line := missing(text(t, get(t, after)), st); line != "" {
			t.Errorf("%s: the moved page lacks %q", slug, line)
		}
		w.Advance(0)
	}
}

// C1: the error page comes with status 200 inside the whole page, and nothing
// of the statement with it.
func TestErrorPageWithStatusOK(t *testing.T) {
	w := open(t)
	for slug, epoch := range map[string]int{"makhtutat": 1, "nilrud": 2} {
		w.Advance(epoch)
		st, u := w.Statement(slug, epoch)
		res := get(t, u)
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", slug, res.StatusCode)
		}
		got := text(t, res)
		for _, sec := range st.Sections {
			for _, b := range sec.Blocks {
				if len(b.Text) > 60 && strings.Contains(got, bare(b.Text)) {
					t.Errorf("%s: the error page shows %q", slug, b.Text)
				}
			}
		}
		home := text(t, get(t, "http://"+res.Request.URL.Host+"/"))
		if down := strings.Contains(home, bare("تعميرات")); down != (slug == "nilrud") {
			t.Errorf("%s: the home page is down: %v", slug, down)
		}
	}
}

// The stories are told by the texts: what is expected of each is what the
// statements really do between epochs 0 and 1.
func TestStories(t *testing.T) {
	w := open(t)
	letters := strings.NewReplacer("ي", "ی", "ك", "ک", "\u200c", "", "\u00a0", " ",
		"0", "۰", "1", "۱", "2", "۲", "3", "۳", "4", "۴", "5", "۵", "6", "۶", "7", "۷", "8", "۸", "9", "۹")
	seen := map[record.Class]int{}
	for _, a := range w.Agencies() {
		if a.Story == "" || a.Form == "" || a.Name == "" || a.Profile == "" || a.Host == "" {
			t.Errorf("%+v is incomplete", a)
		}
		before, _ := w.Statement(a.Slug, 0)
		after, _ := w.Statement(a.Slug, 1)
		b, f := strings.Join(before.Lines(), "\n"), strings.Join(after.Lines(), "\n")
		same := b == f
		seen[a.Expect.Class]++
		switch a.Expect.Class {
		case record.ClassCosmetic:
			if same || bare(letters.Replace(b)) != bare(letters.Replace(f)) {
				t.Errorf("%s: the rewriting is not cosmetic", a.Slug)
			}
		case record.ClassSectionDropped:
			if len(after.Headings()) != len(before.Headings())-1 {
				t.Errorf("%s: %d sections, had %d", a.Slug, len(after.Headings()), len(before.Headings()))
			}
		case record.ClassSectionAdded:
			if len(after.Headings()) != len(before.Headings())+1 {
				t.Errorf("%s: %d sections, had %d", a.Slug, len(after.Headings()), len(before.Headings()))
			}
		case record.ClassSubstantive:
			if same || !slices.Equal(before.Headings(), after.Headings()) {
				t.Errorf("%s: want other words under the same headings", a.Slug)
			}
		default:
			if !same {
				t.Errorf("%s: expects %q and yet the text changes", a.Slug, a.Expect.Class)
			}
		}
		if a.Expect.Alert() && a.Expect.State == "fault" {
			t.Errorf("%s: a fault is never a change", a.Slug)
		}
		if again, _ := w.Statement(a.Slug, 2); a.Slug == "wadi-naseem" && strings.Join(again.Lines(), "\n") != b {
			t.Errorf("%s does not return", a.Slug)
		}
	}
	for _, c := range []record.Class{record.ClassCosmetic, record.ClassSectionDropped, record.ClassSectionAdded, record.ClassSubstantive, record.ClassNone} {
		if seen[c] == 0 {
			t.Errorf("no agency shows a change of class %q", c)
		}
	}
}

// Every topic of the contract that a complete statement has, each has.
func TestStatementsAreWhole(t *testing.T) {
	w := open(t)
	want := []record.Topic{record.PurposeScope, record.LegalBasis, record.ControllerContact, record.CollectionProvided,
		record.CollectionAutomatic, record.Use, record.Cookies, record.SharingThirdParties, record.Retention, record.Security,
		record.Rights, record.Consent, record.Children, record.ExternalLinks, record.Changes}
	for _, a := range w.Agencies() {
		for epoch, except := range []record.Topic{record.Children, record.Retention} {
			st, _ := w.Statement(a.Slug, epoch)
			have := map[record.Topic]bool{}
			for _, sec := range st.Sections {
				for _, topic := range sec.Topics {
					have[topic] = true
				}
				if len(sec.Blocks) == 0 {
					t.Errorf("%s: nothing stands under %q", a.Slug, sec.Heading)
				}
			}
			for _, topic := range want {
				gone := a.Slug == "lighthouse" && epoch == 0 && topic == except || a.Slug == "wadi-naseem" && epoch == 1 && topic == except
				if have[topic] == gone {
					t.Errorf("%s at epoch %d: %s stated: %v", a.Slug, epoch, topic, have[topic])
				}
			}
		}
	}
}

func TestCompression(t *testing.T) {
	w := open(t)
	_, u := w.Statement("lighthouse", 0)
	res := get(t, u, "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" || !bytes.HasPrefix(res.Body, []byte{0x1f, 0x8b}) {
		t.Errorf("encoding %q", res.Header.Get("Content-Encoding"))
	}
}

// The world ends with its context, and closing it twice is harmless.
func TestEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	w, err := demo.Start(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.SetClock(func() time.Time { return time.Date(2030, 3, 21, 9, 0, 0, 0, time.UTC) })
	home := w.Agencies()[2].URL()
	if got := text(t, get(t, home)); !strings.Contains(got, bare("۱ فروردین ۱۴۰۹")) {
		t.Errorf("the page does not show the clock's day")
	}
	cancel()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := direct.Get(home); err == nil {
		t.Error("the site answers after its end")
	}
}
