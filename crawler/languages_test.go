package crawler_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"policywatch/configs"
	"policywatch/crawler"
	"policywatch/crawler/discover"
	"policywatch/store/record"
)

// tongues is a website of web pages: "fault KIND" and "redirect ADDRESS" stand for
// those answers, and a page whose body is "panic" must never be asked for.
type tongues struct {
	t     *testing.T
	pages map[string]string
	asked int
}

func (w *tongues) Fetch(_ context.Context, r record.Request) (*record.Snapshot, error) {
	w.asked++
	body, ok := w.pages[r.URL]
	word, rest, _ := strings.Cut(strings.TrimSpace(body), " ")
	snap := &record.Snapshot{URL: r.URL, FinalURL: r.URL, Status: 200, Header: map[string][]string{"Content-Type": {"text/html"}}}
	switch {
	case !ok:
		return nil, &record.Fault{Kind: record.FaultNotFound, URL: r.URL, Status: 404, Detail: "the server answered 404"}
	case word == "panic":
		w.t.Errorf("%s must not be fetched", r.URL)
	case word == "fault":
		return nil, &record.Fault{Kind: record.FaultKind(rest), URL: r.URL, Detail: "as the test says"}
	case word == "redirect":
		snap.Chain, snap.FinalURL = []record.Hop{{Status: 302, From: r.URL, To: rest}}, rest
		body = w.pages[rest]
	}
	snap.Body = []byte(body)
	return snap, nil
}

func (w *tongues) Home(ctx context.Context, domain, scheme string) (*record.Snapshot, error) {
	return w.Fetch(ctx, record.Request{URL: scheme + "://" + domain + "/"})
}

// finding is the real finder.
type finding struct{ *discover.Finder }

func (f finding) Search(fetch crawler.Fetcher, site record.Site, home, lang string) crawler.Search {
	return f.Finder.With(fetch).Search(site, home, lang)
}

// articles takes pages with an article for statements in its language.
type articles struct{ reader }

var article = regexp.MustCompile(`<article lang="(\w+)">`)

func (articles) Read(_ context.Context, snap *record.Snapshot, _ record.Site, _ record.Prior) (*record.Document, *record.Fault) {
	if m := article.FindSubmatch(snap.Body); m != nil {
		return &record.Document{Lang: string(m[1]), Quality: record.Quality{Verdict: record.VerdictStatement}}, nil
	}
	if strings.Contains(string(snap.Body), "<wall>") {
		return &record.Document{}, &record.Fault{Kind: record.FaultBlocked, URL: snap.FinalURL, Detail: "a wall"}
	}
	return &record.Document{Quality: record.Quality{Verdict: record.VerdictOther}},
		&record.Fault{Kind: record.FaultNotFound, URL: snap.FinalURL, Detail: "it reads like another page"}
}

// The languages of one statement are recognised, one of them is watched, and what is
// missing is told only after a look. C8
func TestLanguages(t *testing.T) {
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("testdata/languages/*.txtar")
	if len(files) < 12 {
		t.Fatalf("only %d sites", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := &tongues{t: t, pages: map[string]string{}}
			want := ""
			for _, f := range a.Files {
				if w.pages[f.Name] = string(f.Data); f.Name == "want" {
					want = string(f.Data)
				}
			}
			c := &crawler.Crawler{Fetch: w, Door: w, Read: articles{}, Scheme: "https", Clock: func() time.Time { return time.Unix(1e9, 0) }, Log: slog.New(slog.DiscardHandler),
				Find: finding{discover.New(lex, w, func(s *record.Snapshot) []byte { return s.Body })}}
			var prior record.Prior
			var checks [][]string
			for line := range strings.Lines(want) {
				switch words := strings.Fields(line); words[0] {
				case "prior":
					prior.Lang = words[1]
				case "known":
					prior.URL = words[1]
				default:
					checks = append(checks, words)
				}
			}
			domain, _, _ := strings.Cut(strings.TrimPrefix(a.Files[0].Name, "https://"), "/")
			o := c.Observe(t.Context(), record.Site{Domain: domain}, prior)
			if o.Fault != nil {
				t.Fatalf("%v\n%+v", o.Fault, o.Trail)
			}
			langs := map[string]record.LanguageVersion{}
			order, reasons, told := []string{}, "", ""
			for _, l := range o.Document.Languages {
				langs[l.Lang] = l
				order = append(order, l.Lang)
				reasons += l.Reason + "\n"
			}
			alternates := map[string]bool{}
			for _, c := range o.Candidates {
				told += strings.Join(c.Reasons, "; ") + "\n"
				alternates[c.URL] = c.AlternateOf == o.URL
				if c.URL == o.URL && c.AlternateOf != "" {
					t.Errorf("the statement is told to be an alternate of %s", c.AlternateOf)
				}
			}
			for _, words := range checks {
				rest := strings.Join(words[1:], " ")
				ok := false
				switch words[0] {
				case "url":
					ok = o.URL == rest
				case "languages":
					ok = strings.Join(order, " ") == rest
				case "reason":
					ok = strings.Contains(reasons, rest)
				case "candidate":
					ok = strings.Contains(told, rest)
				case "alternate":
					ok = alternates[rest]
				case "shown":
					ok = langs[words[1]].Shown == words[2]
				case "fetches":
					ok = strconv.Itoa(w.asked) == rest
				default:
					ok = string(langs[words[0]].Status) == words[1] && langs[words[0]].URL == words[2]
				}
				if !ok {
					t.Errorf("want %v, got %s %+v\ncandidates %+v\n%d fetches, trail %+v", words, o.URL, o.Document.Languages, o.Candidates, w.asked, o.Trail)
				}
			}
		})
	}
}

// printed gives every page an imprint whose sum is the words of its footer.
type printed struct{ articles }

func (p printed) Read(ctx context.Context, snap *record.Snapshot, site record.Site, prior record.Prior) (*record.Document, *record.Fault) {
	doc, fault := p.articles.Read(ctx, snap, site, prior)
	_, foot, _ := strings.Cut(string(snap.Body), "<footer>")
	doc.Imprint = record.Imprint{Words: "w", Around: uint64(len(foot)), Read: time.Unix(1e9, 0)}
	return doc, fault
}

// A new text on a page that was in no other language, and is the same around it, is
// not looked through for links again; another page around it is.
func TestLanguagesOfAPageThatHadNone(t *testing.T) {
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	const page, english = "https://water.example/privacy", "https://water.example/en/privacy"
	w := &tongues{t: t, pages: map[string]string{page: `<article lang="fa"><footer>`, english: `<article lang="en">`}}
	c := &crawler.Crawler{Fetch: w, Door: w, Read: printed{}, Scheme: "https", Clock: func() time.Time { return time.Unix(1e9, 0) }, Log: slog.New(slog.DiscardHandler),
		Find: finding{discover.New(lex, w, func(s *record.Snapshot) []byte { return s.Body })}}
	look := func(prior record.Imprint) *record.Document {
		return c.Observe(t.Context(), record.Site{Domain: "water.example"}, record.Prior{URL: page, Lang: "fa", Identity: "another", Imprint: prior}).Document
	}
	alone := look(record.Imprint{})
	if !alone.Imprint.Alone || alone.Languages != nil {
		t.Fatalf("%+v", alone)
	}
	// The link would be seen by whoever looks: the sum says that nobody need.
	w.pages[page] = `<article lang="fa"><a href="/en/privacy">English</a><footer>`
	if doc := look(alone.Imprint); doc.Languages != nil || !doc.Imprint.Alone {
		t.Errorf("the page was looked through: %+v", doc.Languages)
	}
	w.pages[page] += "another footer"
	if doc := look(alone.Imprint); len(doc.Languages) != 2 || doc.Imprint.Alone {
		t.Errorf("a new footer, and nobody looked: %+v", doc)
	}
	old := alone.Imprint
	old.Read = old.Read.Add(-8 * 24 * time.Hour)
	if doc := look(old); len(doc.Languages) != 2 {
		t.Errorf("an imprint was trusted beyond its time: %+v", doc)
	}
}
