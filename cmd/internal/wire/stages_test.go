package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"policywatch/cmd/internal/demo"
	"policywatch/cmd/internal/wire"
	"policywatch/configs"
	"policywatch/crawler/charset"
	"policywatch/crawler/discover"
	"policywatch/crawler/extract"
	"policywatch/crawler/fetch"
	"policywatch/crawler/gate"
	"policywatch/crawler/imprint"
	"policywatch/diff"
	"policywatch/diff/section"
	"policywatch/store"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// edited is one statement's page before and after an edit, as a visit meets it.
type edited struct {
	old, new       *record.Snapshot
	before, after  *record.Document
	site           record.Site
	text           []byte // of new
	first, changed record.Visit
}

// weight is what a government's template adds to a statement: a menu of hundreds of
// entries and a script.
var weight = func() []byte {
	var b strings.Builder
	b.WriteString(`<nav class="mega"><ul>`)
	for i := range 300 {
		fmt.Fprintf(&b, `<li class="item item-%d"><a href="/section/%d/list" title="بخش %d">فهرست خدمات بخش شماره %d</a></li>`+"\n", i, i, i, i)
	}
	b.WriteString("</ul></nav><script>")
	for i := range 400 {
		fmt.Fprintf(&b, "var item%d = {id: %d, open: function (a, b) { return a < b && a > %d; }};\n", i, i, i)
	}
	b.WriteString("</script></body>")
	return []byte(b.String())
}()

// BenchmarkStages is what each stage of a visit costs, in the order of a visit to a
// statement that was edited, on pages of about 70 KB. A visit to one that was not
// edited ends behind "fits". One operation is every page once; see us/page.
func BenchmarkStages(b *testing.B) {
	tools, err := wire.NewTools(wire.Options{Env: os.LookupEnv, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer tools.Close()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		b.Fatal(err)
	}
	pages := editedPages(b, tools)
	stage := func(name string, do func(p *edited)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i := range pages {
					do(&pages[i])
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*len(pages)), "us/page")
		})
	}

	bodies := map[string][]byte{}
	for i := range pages {
		bodies["/"+pages[i].site.Domain] = pages[i].new.Body
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(bodies[r.URL.Path]) }))
	defer srv.Close()
	client, err := fetch.New(fetch.Options{AllowAddresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	stage("fetch", func(p *edited) { // the server's half with it
		if _, err := client.Fetch(b.Context(), record.Request{URL: srv.URL + "/" + p.site.Domain}); err != nil {
			b.Fatal(err)
		}
	})
	stage("decode", func(p *edited) { charset.Decode(p.new.Body, p.new.ContentType()) })
	stage("fits", func(p *edited) {
		if _, ok := imprint.Fits(p.text, p.after.Imprint, p.after.Extractor); !ok {
			b.Fatal("an imprint does not fit its own page")
		}
	})
	reader := extract.New(lex)
	stage("extract", func(p *edited) { reader.HTML(p.text, extract.Options{URL: p.new.FinalURL}) })
	stage("identity", func(p *edited) { texts := p.after.Texts(); canon.Exact(texts); canon.Identity(texts) })
	sections, round := section.New(lex), 0
	stage("label", func(p *edited) { // of a text that was never seen
		doc := copyOf(p.after)
		doc.Blocks = slices.Clone(doc.Blocks)
		for i := range doc.Blocks {
			doc.Blocks[i].Text += fmt.Sprint(" ", round)
		}
		round++
		sections.Label(doc)
	})
	judge := gate.New(lex)
	stage("gate", func(p *edited) { judge.Judge(p.after, p.new) })
	stage("imprint", func(p *edited) { imprint.Of(p.text, p.after) })
	finder := discover.New(lex, nil, func(s *record.Snapshot) []byte { return s.Body })
	stage("languages", func(p *edited) { finder.Offers(p.new) })
	stage("check", func(p *edited) { tools.Sections.Check(p.after, tools.Profile(p.site)) })
	stage("label old", func(p *edited) { tools.Sections.Label(copyOf(p.before)) })
	stage("compare", func(p *edited) {
		tools.Diff.Compare(diff.Side{Document: p.before}, diff.Side{Document: p.after, Profile: tools.Profile(p.site)})
	})
	archive(b, pages)
}

func copyOf(doc *record.Document) *record.Document { d := *doc; return &d }

// archive measures what the archive does for a visit. A commit happens once: every
// round has an archive of its own.
func archive(b *testing.B, pages []edited) {
	fresh := func() *store.DB {
		db, err := store.Open(context.Background(), store.Options{Path: filepath.Join(b.TempDir(), "a.db")})
		if err != nil {
			b.Fatal(err)
		}
		for i := range pages {
			if err := db.Commit(context.Background(), pages[i].first); err != nil {
				b.Fatal(err)
			}
		}
		return db
	}
	db := fresh()
	for name, read := range map[string]func(p *edited) error{
		"past": func(p *edited) error { _, err := db.Past(b.Context(), p.site.Domain); return err },
		"read": func(p *edited) error { _, err := db.Version(b.Context(), p.site.Domain, 0); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i := range pages {
					if err := read(&pages[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*len(pages)), "us/page")
		})
	}
	db.Close()
	b.Run("commit", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			db := fresh()
			b.StartTimer()
			for i := range pages {
				if err := db.Commit(b.Context(), pages[i].changed); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			db.Close()
			b.StartTimer()
		}
		b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*len(pages)), "us/page")
	})
}

// editedPages are the demonstration's statements that an edit reached.
func editedPages(b *testing.B, tools *wire.Tools) (out []edited) {
	world, err := demo.Start(b.Context(), 1)
	if err != nil {
		b.Fatal(err)
	}
	defer world.Close()
	for _, a := range world.Agencies() {
		p := edited{site: record.Site{Domain: a.Slug + ".gov.example"}}
		for epoch := 0; epoch < world.Epochs() && p.after == nil; epoch++ {
			world.Advance(epoch)
			_, at := world.Statement(a.Slug, epoch)
			snap := get(at)
			if snap == nil {
				continue
			}
			doc, fault := tools.Desk.Read(b.Context(), snap, p.site, record.Prior{})
			switch {
			case fault != nil || doc.Imprint.Words == "":
			case p.before == nil:
				p.old, p.before = snap, doc
			case doc.Identity != p.before.Identity:
				p.new, p.after = snap, doc
			}
		}
		if p.after == nil {
			continue
		}
		p.text, _ = charset.Decode(p.new.Body, p.new.ContentType())
		p.first, p.changed = visit(&p, 1, p.old, p.before), visit(&p, 2, p.new, p.after)
		change := tools.Diff.Compare(diff.Side{Document: p.before}, diff.Side{Document: p.after})
		p.changed.Version.Change = &change
		out = append(out, p)
	}
	if len(out) == 0 {
		b.Fatal("the demonstration edits no statement")
	}
	return out
}

func visit(p *edited, n int, snap *record.Snapshot, doc *record.Document) record.Visit {
	at := time.Date(2026, 11, 22, 8, n, 0, 0, time.UTC)
	past := record.Past{Site: p.site.Domain, State: record.StateOK, Version: n, TextDigest: doc.Identity, ExactDigest: doc.Exact, LastVisit: at, LastSuccess: at,
		Prior: record.Prior{URL: snap.URL, Lang: doc.Lang, Imprint: doc.Imprint, BodyDigest: store.Digest(snap.Body)}}
	return record.Visit{Site: p.site, At: at, Past: past, Snapshot: snap, State: record.VisitChanged,
		Version: &record.Version{Site: p.site.Domain, Number: n, At: at, URL: snap.URL, Identity: doc.Identity, Exact: doc.Exact, Snapshot: store.Digest(snap.Body), Document: doc}}
}

// get is a page with the weight of a template; nil for what is no page.
func get(at string) *record.Snapshot {
	res, err := http.Get(at)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("</body>")) {
		return nil
	}
	return &record.Snapshot{URL: at, FinalURL: at, Status: http.StatusOK, Header: res.Header, Body: bytes.Replace(body, []byte("</body>"), weight, 1)}
}
