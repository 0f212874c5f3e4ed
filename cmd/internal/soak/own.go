package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"policywatch/cmd/internal/demo"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// simulate is the simulator that this program brings along, for where there is no
// better one: the statements of the demonstration's agencies, each on many sites,
// with sentences that come, go and change, spellings and markup that do, and counters
// that differ at every request. It speaks as the simulator does that simulator.go
// expects: /control/sites, epoch, truth, text and config.
func simulate(args []string) error {
	g := &ground{}
	f := flag.NewFlagSet("simulate", flag.ContinueOnError)
	n, port := f.Int("n", 200, "number of sites"), f.Int("port", 0, "port on 127.0.0.1 and on every site's address")
	f.Uint64Var(&g.seed, "seed", 1, "seed of the edits")
	f.Float64Var(&g.down, "outage", 0, "share of sites that are down in an epoch")
	f.DurationVar(&g.latency, "latency", 0, "delay before each answer")
	life := f.Duration("life", time.Hour, "end after this long")
	f.StringVar(&g.net, "net", "127.10", "the first half of the sites' addresses")
	anywhere := f.Bool("anywhere", false, "listen on every address of this machine at once, as many sites need")
	log := f.String("diary", "", "file for a line about each request")
	f.String("seeds", "", "not used")
	f.Float64("etag", 0, "not used")
	if err := f.Parse(args); err != nil {
		return err
	}
	ctx, end := context.WithTimeout(context.Background(), *life)
	defer end()
	if err := g.settle(ctx, *n, *port); err != nil {
		return err
	}
	srv := &http.Server{Handler: g, ReadHeaderTimeout: 10 * time.Second}
	if *log != "" {
		to, err := os.OpenFile(*log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		defer to.Close()
		srv.Handler = &diary{next: g, to: to}
	}
	hosts := []string{"127.0.0.1"} // for the controls
	for host := range g.byHost {
		hosts = append(hosts, host)
	}
	if *anywhere {
		hosts = []string{""}
	}
	for _, host := range hosts {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(*port)))
		if err != nil {
			return err
		}
		go srv.Serve(l)
	}
	<-ctx.Done()
	return srv.Close()
}

// ground is all sites.
type ground struct {
	seed uint64
	down float64
	net  string

	byHost map[string]*office

	mu      sync.Mutex
	sites   []*office
	epoch   int
	latency time.Duration
	visits  int
}

// office is one site, with its statement at every epoch so far.
type office struct {
	simulated
	host, lang string
	states     []state
}

// state is a statement at one epoch.
type state struct {
	blocks []record.Block
	// added are the places of sentences of ours, the last of their blocks.
	added []int
	// plain says that paragraphs are written as such and not as boxes.
	plain bool
	// trouble is empty, "503" or "maintenance".
	trouble string
	kind    string
}

// settle lays out the sites with the statements of the demonstration.
func (g *ground) settle(ctx context.Context, n, port int) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	world, err := demo.Start(ctx, int64(g.seed))
	if err != nil {
		return err
	}
	defer world.Close()
	agencies := world.Agencies()
	g.byHost = map[string]*office{}
	for i := range n {
		a := agencies[i%len(agencies)]
		st, _ := world.Statement(a.Slug, 0)
		s := state{plain: true, blocks: []record.Block{{Kind: record.Heading, Level: 1, Text: st.Title}}}
		for _, sec := range st.Sections {
			if sec.Heading != "" {
				s.blocks = append(s.blocks, record.Block{Kind: record.Heading, Level: 2, Text: sec.Heading})
			}
			for _, b := range sec.Blocks {
				s.blocks = append(s.blocks, record.Block{Kind: record.Paragraph, Text: b.Text})
			}
		}
		o := &office{host: fmt.Sprintf("%s.%d.%d", g.net, i/250, i%250+1), lang: a.Lang, states: []state{s}}
		home := fmt.Sprintf("http://%s:%d/", o.host, port)
		o.simulated = simulated{ID: i, Name: fmt.Sprintf("site%04d", i), Home: home, Privacy: home + "privacy"}
		g.sites = append(g.sites, o)
		g.byHost[o.host] = o
	}
	return nil
}

// sentences are what edits add; the number in them changes, too.
var sentences = map[string][]string{
	"en": {"Copies of requests are kept for %d days in the regional archive.", "Your answers may be shared with %d partner offices for the same purpose."},
	"fa": {"رونوشت درخواست‌ها به مدت %d روز در بایگانی استان نگهداری می‌شود.", "پاسخ‌های شما ممکن است با %d دفتر همکار برای همین هدف به اشتراک گذاشته شود."},
	"ar": {"تُحفظ نسخ الطلبات لمدة %d يوماً في أرشيف المنطقة.", "قد تُشارَك إجاباتكم مع %d من المكاتب الشريكة للغرض نفسه."},
}

// at is the office's statement at an epoch; those before are made on the way.
func (g *ground) at(o *office, epoch int) state {
	for e := len(o.states); e <= epoch; e++ {
		r := rand.New(rand.NewPCG(g.seed, uint64(o.ID)<<32|uint64(e)))
		s := o.states[e-1]
		s.blocks, s.added = slices.Clone(s.blocks), slices.Clone(s.added)
		s.trouble, s.kind = "", ""
		switch x := r.Float64(); {
		case x < 0.15:
			s.edit(r, o.lang)
		case x < 0.30:
			s.dress(r)
		case x < 0.30+g.down:
			s.trouble = []string{"503", "maintenance"}[r.IntN(2)]
		}
		o.states = append(o.states, s)
	}
	return o.states[epoch]
}

// edit adds a sentence, takes one away, or changes a number in one.
func (s *state) edit(r *rand.Rand, lang string) {
	bank := sentences[lang]
	if bank == nil {
		bank = sentences["en"]
	}
	sentence := func(i int) string { return " " + fmt.Sprintf(bank[i], 10+r.IntN(9000)) }
	if len(s.added) > 0 && r.IntN(2) == 0 {
		i := r.IntN(len(s.added))
		b := &s.blocks[s.added[i]]
		cut := strings.LastIndex(strings.TrimSuffix(b.Text, "."), ".") + 1
		old := b.Text[cut:]
		b.Text = b.Text[:cut]
		if r.IntN(2) == 0 {
			s.kind, s.added = "remove", slices.Delete(s.added, i, i+1)
			return
		}
		// By the other sentence: a number that alone changes again is a counter.
		s.kind = "replace"
		first, _, _ := strings.Cut(bank[0], "%d")
		if b.Text += sentence(0); strings.HasPrefix(canon.Text(old), canon.Text(first)) {
			b.Text = b.Text[:cut] + sentence(1)
		}
		return
	}
	var free []int
	for i, b := range s.blocks {
		if b.Kind == record.Paragraph && strings.HasSuffix(b.Text, ".") && !slices.Contains(s.added, i) {
			free = append(free, i)
		}
	}
	if len(free) == 0 {
		return
	}
	i := free[r.IntN(len(free))]
	s.kind, s.added = "insert", append(s.added, i)
	s.blocks[i].Text += sentence(r.IntN(len(bank)))
}

// dress changes only how the text looks.
func (s *state) dress(r *rand.Rand) {
	s.kind = "c_markup"
	if r.IntN(2) == 0 {
		s.plain = !s.plain
		return
	}
	s.kind = "c_letters"
	to := strings.NewReplacer("ی", "ي", "ک", "ك")
	if strings.ContainsAny(s.text(), "يك") {
		to = strings.NewReplacer("ي", "ی", "ك", "ک")
	}
	for i := range s.blocks {
		s.blocks[i].Text = to.Replace(s.blocks[i].Text)
		if words := strings.SplitN(s.blocks[i].Text, " ", 3); len(words) == 3 {
			s.blocks[i].Text = words[0] + "\u00a0" + words[1] + "  " + words[2]
		}
	}
}

func (s *state) lines() (out []string) {
	for _, b := range s.blocks {
		out = append(out, b.Text)
	}
	return out
}

func (s *state) text() string { return strings.Join(s.lines(), "\n") }

func (g *ground) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if what, ok := strings.CutPrefix(r.URL.Path, "/control/"); ok {
		g.control(w, what, r.URL.Query())
		return
	}
	if d := g.latency; d > 0 {
		g.mu.Unlock()
		time.Sleep(d)
		g.mu.Lock()
	}
	host, _, _ := net.SplitHostPort(r.Host)
	o := g.byHost[host]
	if o == nil || r.URL.Path != "/privacy" {
		http.NotFound(w, r)
		return
	}
	g.visits++
	o.page(w, g.at(o, g.epoch), g.visits)
}

// page writes the statement amid what changes with every request.
func (o *office) page(w http.ResponseWriter, s state, visit int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if s.trouble != "" {
		if s.trouble == "503" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, "<!doctype html><title>Maintenance</title><h1>Under maintenance</h1><p>The site is being repaired. Please come back later.</p>")
		return
	}
	dir := "ltr"
	if o.lang == "fa" || o.lang == "ar" {
		dir = "rtl"
	}
	fmt.Fprintf(w, "<!doctype html><html lang=%s dir=%s><head><title>%s</title><meta name=csrf content=%x></head><body><nav><a href=/>Home</a> <a href=/news>News</a></nav><main>",
		o.lang, dir, html.EscapeString(s.blocks[0].Text), rand.Uint64())
	for _, b := range s.blocks {
		tag := "p"
		switch {
		case b.Kind == record.Heading:
			tag = fmt.Sprint("h", b.Level)
		case !s.plain:
			tag = "div"
		}
		fmt.Fprintf(w, "<%s>%s</%s>\n", tag, html.EscapeString(b.Text), tag)
	}
	fmt.Fprintf(w, "</main><footer>Visitors: %d. Now: %s</footer></body></html>", visit, time.Now().Format(time.TimeOnly))
}

// control does what the harness asks.
func (g *ground) control(w http.ResponseWriter, what string, q url.Values) {
	number := func(key string) int { n, _ := strconv.Atoi(q.Get(key)); return n }
	var answer any = struct{}{}
	switch what {
	case "sites":
		var list []simulated
		for _, o := range g.sites {
			list = append(list, o.simulated)
		}
		answer = list
	case "epoch":
		g.epoch = number("k")
	case "config":
		g.latency, _ = time.ParseDuration(q.Get("latency"))
	case "text":
		s := g.at(g.sites[number("site")], g.epoch)
		fmt.Fprint(w, s.text())
		return
	case "truth":
		var list []edit
		for _, o := range g.sites {
			before, after := g.at(o, number("from")), g.at(o, number("to"))
			e := edit{ID: o.ID, Class: "none", Kinds: []string{after.kind}}
			switch {
			case after.trouble != "":
				e.Class = "outage"
			case canon.Identity(before.lines()) != canon.Identity(after.lines()):
				e.Class = "real"
			case after.kind != "":
				e.Class = "cosmetic"
			}
			list = append(list, e)
		}
		answer = list
	default:
		http.Error(w, "no such control", http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}
