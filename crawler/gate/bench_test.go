package gate_test

import (
	"strings"
	"testing"

	"policywatch/store/record"
)

func BenchmarkJudge20KB(b *testing.B) {
	g := newGate(b)
	snap, _ := golden(b, "cloudflare/good.txtar")
	one := blocks(snap.Body)
	doc := &record.Document{Title: one.Title, Lang: "fa"}
	for n := 0; n < 20<<10; {
		for _, bl := range one.Blocks {
			doc.Blocks = append(doc.Blocks, bl)
			n += len(bl.Text)
		}
	}
	b.SetBytes(20 << 10)
	b.ReportAllocs()
	for b.Loop() {
		if q := g.Judge(doc, nil); q.Verdict != record.VerdictStatement {
			b.Fatal(q)
		}
	}
}

func BenchmarkJudgeWall(b *testing.B) {
	g := newGate(b)
	snap, _ := golden(b, "captcha/fa.txtar")
	snap.Body = append(snap.Body, strings.Repeat("<script>var x = 1;</script>\n", 4000)...)
	doc := blocks(snap.Body)
	b.ReportAllocs()
	for b.Loop() {
		g.Judge(doc, snap)
	}
}
