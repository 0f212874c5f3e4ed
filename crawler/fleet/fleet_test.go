package fleet_test

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"policywatch/crawler/fleet"
	"policywatch/crawler/fleet/embedded"
	"policywatch/store/record"
)

var quiet = slog.New(slog.DiscardHandler)

func serve(t *testing.T) (url string) {
	t.Helper()
	s, err := embedded.Start(embedded.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.URL()
}

func options(url, member string) fleet.Options {
	return fleet.Options{URL: url, Member: member, Log: quiet}
}

// mortal is a fleet that misses its dead after a second. On a busy machine the living
// may be silent for as long, and what they do is done once more.
func mortal(o *fleet.Options) { o.AckWait = time.Second }

func lead(t *testing.T, url string, with ...func(*fleet.Options)) *fleet.Coordinator {
	t.Helper()
	o := options(url, "office")
	for _, w := range with {
		w(&o)
	}
	c, err := fleet.Lead(t.Context(), o, fleet.Leader{Archive: "a", Version: "1", Reader: "r/1", Read: reader{}, Clock: time.Now, Second: "ir"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reader reads pages as the coordinator's extractor.
type reader struct{}

func (reader) Read(_ context.Context, s *record.Snapshot, _ record.Site, _ record.Prior) (*record.Document, *record.Fault) {
	return &record.Document{Extractor: "r/1", Title: "read anew", Blocks: []record.Block{{Kind: record.Paragraph, Text: string(s.Body)}}, Identity: "i2", Exact: "e2"}, nil
}

// pages is a crawler made of a function.
type pages func(ctx context.Context, site record.Site, prior record.Prior) record.Observation

func (p pages) Observe(ctx context.Context, site record.Site, prior record.Prior) record.Observation {
	return p(ctx, site, prior)
}

func (p pages) Again(ctx context.Context, site record.Site, page string, first *record.Document) record.Observation {
	return record.Observation{Site: site.Domain, URL: page, Unmodified: true, At: time.Now()}
}

// worker starts one and returns what ends it in order.
func worker(t *testing.T, url, name, vantage string, crawl fleet.Crawler, with ...func(*fleet.Options, *fleet.Labour)) (stop func()) {
	t.Helper()
	o := options(url, name)
	ctx, cancel := context.WithCancel(context.Background())
	do := fleet.Labour{Crawl: crawl, Version: "1", Reader: "r/1", Vantage: vantage, Slots: 4, Drain: 5 * time.Second, Clock: time.Now, Rules: &fleet.Rules{}}
	for _, w := range with {
		w(&o, &do)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := fleet.Work(ctx, o, do); err != nil {
			t.Error(err)
		}
	}()
	var once sync.Once
	stop = func() { once.Do(func() { cancel(); <-done }) }
	t.Cleanup(stop)
	return stop
}

func statement(site record.Site, text string) record.Observation {
	body := []byte("<p>" + text + "</p>")
	at := time.Date(2026, 3, 1, 8, 0, 0, 123, time.UTC)
	return record.Observation{Site: site.Domain, At: at, URL: "https://" + site.Domain + "/p", BodyDigest: "d",
		Snapshot: &record.Snapshot{URL: "https://" + site.Domain + "/p", FinalURL: "https://" + site.Domain + "/p", Status: 200, At: at,
			Header: map[string][]string{"Etag": {"\"x\""}, "X-Odd": {"\xff\xfe", ""}}, Chain: []record.Hop{{Status: 301, From: "a", To: "b?\xff"}}, Body: body, Via: "http", Took: 3},
		Document: &record.Document{Title: text, Lang: "en", Dir: "ltr", Extractor: "r/1", Blocks: []record.Block{{Kind: record.Paragraph, Text: text}},
			Sections: []record.Section{}, Facts: []record.Fact{}, Quality: record.Quality{Verdict: record.VerdictStatement, Score: 1, Reasons: []string{}},
			Identity: "i", Exact: "e", Imprint: record.Imprint{Region: "\x00\xff\x01", Words: "\xfe\x02", Length: 4, Before: 5, Within: 6, Around: 1<<64 - 1, Alone: true, Read: at}},
		Trail: []record.Step{{At: at, Action: "fetch", URL: "x", Outcome: "200"}}, Candidates: []record.Candidate{{URL: "x", Score: 1, Reasons: []string{"r"}}}}
}

// What a worker saw is what the coordinator gets, byte for byte, bytes that are no
// text included.
func TestAVisitThroughTheFleetIsTheVisitItself(t *testing.T) {
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	site := record.Site{Domain: "water.example", Remove: []string{"nav"}, Labels: []string{"x"}}
	prior := record.Prior{URL: "https://water.example/p?\xff", ETag: "\xfe", Identity: "old", Imprint: record.Imprint{Words: "\xd8", Region: "\xff"}}
	want := statement(site, "We keep nothing.")
	big := statement(site, "big")
	big.Snapshot.Body = noise(5 << 20) // beyond what a message holds
	respelt := statement(site, "respelt")
	respelt.Unmodified, respelt.Respelt, respelt.Document = true, want.Document.Imprint, nil
	worker(t, url, "w1", "", pages(func(_ context.Context, s record.Site, p record.Prior) record.Observation {
		if !reflect.DeepEqual(s, site) {
			t.Errorf("the site became %+v", s)
		}
		switch p.Exact {
		case "big":
			return big
		case "respelt":
			return respelt
		}
		if !reflect.DeepEqual(p, prior) {
			t.Errorf("the prior became %+v", p)
		}
		return want
	}))
	look := c.Look(t.Context(), site, prior, time.Time{})
	if got := look.Observation(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if again := look.Again(t.Context(), "https://water.example/p", want.Document); !again.Unmodified || again.URL != "https://water.example/p" {
		t.Errorf("the second look gave %+v", again)
	}
	look.End(true)
	prior.Exact = "big"
	look = c.Look(t.Context(), site, prior, time.Time{})
	if got := look.Observation(); !reflect.DeepEqual(got, big) {
		t.Errorf("a page beyond the message limit came back with %d bytes, %v", len(got.Snapshot.Body), got.Fault)
	}
	look.End(true)
	prior.Exact = "respelt"
	look = c.Look(t.Context(), site, prior, time.Time{})
	if got := look.Observation(); !reflect.DeepEqual(got, respelt) {
		t.Errorf("another spelling became %+v\nwant %+v", got, respelt)
	}
	look.End(true)
}

func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// A text that stands travels without its page, and is as good for a judgement.
func TestWhatIsNotNewDoesNotTravel(t *testing.T) {
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	site := record.Site{Domain: "water.example"}
	worker(t, url, "w1", "", pages(func(context.Context, record.Site, record.Prior) record.Observation { return statement(site, "same") }))
	got := c.Look(t.Context(), site, record.Prior{URL: "https://water.example/p", Identity: "i", Exact: "e"}, time.Time{}).Observation()
	d := got.Document
	if d == nil || d.Identity != "i" || d.Exact != "e" || d.Imprint.Region != "\x00\xff\x01" || got.Snapshot.ETag() != "\"x\"" || got.BodyDigest != "d" {
		t.Fatalf("%+v %+v", got, d)
	}
	if len(d.Blocks)+len(got.Snapshot.Body) > 0 {
		t.Error("the page travelled all the same")
	}
}

// A worker that reads otherwise than the coordinator sends the page, which is read
// anew: documents of two extractors are never compared.
func TestAWorkerWithAnotherExtractor(t *testing.T) {
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	site := record.Site{Domain: "water.example"}
	worker(t, url, "w1", "", pages(func(context.Context, record.Site, record.Prior) record.Observation { return statement(site, "text") }),
		func(_ *fleet.Options, l *fleet.Labour) { l.Reader = "r/0" })
	got := c.Look(t.Context(), site, record.Prior{Identity: "i", Exact: "e"}, time.Time{}).Observation()
	if got.Document == nil || got.Document.Extractor != "r/1" || got.Document.Title != "read anew" || c.Counts().Reread != 1 {
		t.Errorf("%+v", got.Document)
	}
}

// Many sites on one host are visited one after the other, whoever visits them.
func TestOneHostOneWorkerAtATime(t *testing.T) {
	url := serve(t)
	c := lead(t, url)
	defer c.Close()
	var mu sync.Mutex
	busy, most, visits := map[string]int{}, 0, map[string]int{}
	crawl := pages(func(_ context.Context, s record.Site, p record.Prior) record.Observation {
		mu.Lock()
		busy[p.Hint]++
		most = max(most, busy[p.Hint])
		visits[s.Domain]++
		mu.Unlock()
		time.Sleep(2 * time.Millisecond)
		mu.Lock()
		busy[p.Hint]--
		mu.Unlock()
		return record.Observation{Site: s.Domain, Unmodified: true}
	})
	for i := range 3 {
		worker(t, url, fmt.Sprint("w", i), "", crawl)
	}
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			host := fmt.Sprintf("portal%d.example", i%5)
			s := record.Site{Domain: fmt.Sprintf("s%d.example", i)}
			l := c.Look(t.Context(), s, record.Prior{URL: "https://" + host + "/p", Hint: host}, time.Time{})
			if !l.Observation().Unmodified {
				t.Error(l.Observation().Fault)
			}
			l.End(true)
		})
	}
	all.Wait()
	if most != 1 {
		t.Errorf("%d visits of one host at a time", most)
	}
	if len(visits) != 60 {
		t.Errorf("%d sites were visited", len(visits))
	}
	for s, n := range visits {
		if n != 1 {
			t.Errorf("%s was visited %d times", s, n)
		}
	}
}
