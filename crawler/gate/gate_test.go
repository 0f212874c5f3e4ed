package gate_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"policywatch/store/record"
)

// A statement stays one whatever stands around it: a wall's script in the
// source, the text of a login box, a captcha, a cookie banner. F15
func TestGoodPageWithFurniture(t *testing.T) {
	g := newGate(t)
	var good []string
	var bad []*record.Snapshot
	for _, f := range goldens(t) {
		snap, want := golden(t, f)
		switch {
		case strings.HasSuffix(f, "good.txtar"):
			good = append(good, f)
		case want[0] == "blocked" || want[0] == "login" || want[0] == "consent":
			bad = append(bad, snap)
		}
	}
	if len(good) < 6 || len(bad) < 20 {
		t.Fatalf("%d good pages, %d bad ones", len(good), len(bad))
	}
	for _, f := range good {
		for _, b := range bad {
			snap, _ := golden(t, f)
			doc := blocks(snap.Body)
			// The extractor keeps a little of the furniture as a rule.
			extra := blocks(b.Body).Blocks
			doc.Blocks = append(doc.Blocks, extra[:min(len(extra), 4)]...)
			snap.Body = append(append([]byte{}, snap.Body...), b.Body...)
			for k, v := range b.Header {
				if strings.HasPrefix(k, "Set-") || strings.HasPrefix(k, "Server") {
					snap.Header[k] = v
				}
			}
			if q := g.Judge(doc, snap); q.Verdict != record.VerdictStatement {
				t.Errorf("%s with %s: %s: %q", f, b.URL, q.Verdict, q.Reasons)
			}
		}
	}
}

// Judging is a pure function of what is judged, and its score stays in range.
func TestJudgeProperties(t *testing.T) {
	g := newGate(t)
	words := []string{"privacy", "policy", "حریم", "خصوصی", "اطلاعات", "سياسة", "الخصوصية", "login", "password", "not", "found", "404", "loading", "\ufffd", "\u200c", "\xff", "Ø§Ù", "we", "collect", "your", "data", "."}
	rapid.Check(t, func(t *rapid.T) {
		doc := &record.Document{Title: strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 5).Draw(t, "title"), " "), Lang: rapid.SampledFrom([]string{"", "fa", "en", "xx"}).Draw(t, "lang")}
		for range rapid.IntRange(0, 8).Draw(t, "blocks") {
			b := record.Block{Kind: rapid.SampledFrom([]record.BlockKind{record.Heading, record.Paragraph, record.Item, record.Row}).Draw(t, "kind"),
				Text: strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 40).Draw(t, "text"), " ")}
			if rapid.Bool().Draw(t, "linked") {
				b.Links = []record.Link{{Text: b.Text, URL: "/x"}}
			}
			doc.Blocks = append(doc.Blocks, b)
		}
		var snap *record.Snapshot
		if rapid.Bool().Draw(t, "served") {
			snap = &record.Snapshot{Status: rapid.SampledFrom([]int{0, 200, 403, 404, 503}).Draw(t, "status"), URL: rapid.SampledFrom([]string{"", "https://a.example/p", "::"}).Draw(t, "url"), FinalURL: rapid.SampledFrom([]string{"", "https://a.example/", "%"}).Draw(t, "final"), Body: []byte(strings.Join(words, "<"))}
		}
		one, two := g.Judge(doc, snap), g.Judge(doc, snap)
		if !reflect.DeepEqual(one, two) {
			t.Fatalf("two judgements differ: %+v, %+v", one, two)
		}
		if one.Score < 0 || one.Score > 1 || len(one.Reasons) == 0 || one.Reasons[0] == "" || one.Verdict == "" {
			t.Fatalf("bad judgement %+v", one)
		}
	})
}

// A document from a file is judged by itself. C1, C2, C5
func TestFiles(t *testing.T) {
	g := newGate(t)
	p := func(kind record.BlockKind, texts ...string) (out []record.Block) {
		for _, s := range texts {
			out = append(out, record.Block{Kind: kind, Text: s})
		}
		return out
	}
	for _, c := range []struct {
		name   string
		blocks []record.Block
		want   record.Verdict
	}{
		{"nothing", nil, record.VerdictThin},
		{"a title", p(record.Heading, "Privacy Policy"), record.VerdictThin},
		{"a title in Persian", p(record.Heading, "بیانیه حریم خصوصی"), record.VerdictThin},
		{"loading", p(record.Heading, "Loading..."), record.VerdictShell},
		{"loading below a title", append(p(record.Heading, "سياسة الخصوصية"), p(record.Paragraph, "جاري التحميل")...), record.VerdictShell},
		{"an error", p(record.Heading, "Something went wrong"), record.VerdictMaintenance},
		{"a checkpoint", p(record.Paragraph, "Vercel Security Checkpoint", "We're verifying your browser"), record.VerdictBlocked},
		{"just a moment", p(record.Paragraph, "Just a moment...", "Enable JavaScript and cookies to continue"), record.VerdictBlocked},
		{"needs script", p(record.Paragraph, "برای استفاده از این سامانه جاوا اسکریپت را فعال کنید."), record.VerdictShell},
		{"page not found", p(record.Paragraph, "Error 404", "The page you are looking for does not exist."), record.VerdictNotFound},
	} {
		if q := g.Judge(&record.Document{Blocks: c.blocks}, nil); q.Verdict != c.want {
			t.Errorf("%s: %s, want %s: %q", c.name, q.Verdict, c.want, q.Reasons)
		}
	}
	if q := g.Judge(nil, nil); q.Verdict != record.VerdictThin {
		t.Errorf("no document: %+v", q)
	}
}

func FuzzJudge(f *testing.F) {
	g := newGate(f)
	f.Add("Privacy", "We collect your data.", []byte("<title>x</title><meta http-equiv=refresh content='0;url=/'>"))
	f.Add("", "\xff\u200c", []byte("<title"))
	f.Fuzz(func(t *testing.T, title, text string, body []byte) {
		doc := &record.Document{Title: title, Blocks: []record.Block{{Kind: record.Heading, Text: title}, {Kind: record.Paragraph, Text: text}}}
		g.Judge(doc, &record.Snapshot{URL: "https://a.example/p", FinalURL: "https://a.example/p", Status: 200, Body: body})
	})
}
