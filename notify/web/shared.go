package web

import (
	"cmp"
	"context"
	"hash/maphash"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"policywatch/store/canon"
	"policywatch/store/record"
)

const (
	// fewestWords is how long a sentence must be to count as somebody's text: "we
	// respect your privacy" is everybody's.
	fewestWords = 6
	// alike is how much of the shorter of two statements must stand in the other for
	// them to be of one group, in percent of its words.
	alike = 50
	// mostLeaders bounds with how many groups a sentence is looked up, so that one
	// that a thousand statements hold costs no more than one that ten do.
	mostLeaders = 64
	// readAtOnce is how many statements a page reads while its reader waits. The
	// rest is read behind it, once; afterwards only what has changed.
	readAtOnce = 100
	// sharingFor is how long the groups of a large archive serve although something
	// was written.
	sharingFor = time.Minute
)

// sentence is one of a statement's, by its canonical text.
type sentence struct {
	sum   uint64
	words int
}

// imprinted is what is remembered of a statement: enough to tell what it shares.
type imprinted struct {
	version   int
	identity  string
	words     int
	sentences []sentence
}

// sharing is which statements share text, at one moment. It is never changed.
type sharing struct {
	at     time.Time
	edit   int // of the imprints that it was made of
	groups []group
	of     map[string]int // the group of a domain
	// Read and Total count the statements that are in it, and those that there are.
	Read, Total int
}

// group is statements that share text, the most complete first.
type group struct {
	Members []member
	// Share is how much of a statement stands in another of the group as well, in
	// percent, on average. Same counts those that are word for word another's.
	Share, Same int
	count       map[uint64]int // in how many of them a sentence stands
}

type member struct {
	Domain string
	// Words of the statement; Share is how much of them is shared, in percent.
	Words, Share int
	// Same says that another statement of the group is word for word the same.
	Same bool
}

// shares finds out which statements share text. What was read of them stays in
// memory, some hundred bytes each.
type shares struct {
	o      Options
	seed   maphash.Seed
	mu     sync.Mutex
	known  map[string]*imprinted // by domain
	edit   int                   // counts changes of known
	found  *sharing
	behind bool // whether statements are being read behind the pages
}

func newShares(o Options) *shares {
	return &shares{o: o, seed: maphash.MakeSeed(), known: map[string]*imprinted{}}
}

// get returns the groups. Where more has to be read than a page may wait for, it
// tells of what was read so far.
func (s *shares) get(ctx context.Context, b *board) (*sharing, error) {
	todo, total := s.unread(b)
	if len(todo) > readAtOnce {
		s.mu.Lock()
		if !s.behind {
			s.behind = true
			go s.catchUp(context.WithoutCancel(ctx), todo[readAtOnce:])
		}
		s.mu.Unlock()
		todo = todo[:readAtOnce]
	}
	if err := s.read(ctx, todo); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.found; f != nil && f.Total == total && (f.edit == s.edit || total > 1000 && f.Read == total && s.o.Clock().Sub(f.at) < sharingFor) {
		return f, nil
	}
	s.found = s.group(total)
	return s.found, nil
}

// with counts the other statements of a domain's group, by what was found last: a
// site's page reads no other site's statement.
func (s *shares) with(domain string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found == nil {
		return 0
	}
	if g, ok := s.found.of[domain]; ok {
		return len(s.found.groups[g].Members) - 1
	}
	return 0
}

// unread lists the domains whose newest statement was not read yet, and forgets
// those that are gone.
func (s *shares) unread(b *board) (todo []string, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range b.rows {
		e := &b.rows[i]
		if e.version == 0 {
			continue
		}
		total++
		if k := s.known[e.domain]; k == nil || k.version != int(e.version) {
			todo = append(todo, e.domain)
		}
	}
	if total-len(todo) == len(s.known) {
		return todo, total // all that are known are there
	}
	for domain := range s.known {
		if i, ok := b.find(domain); !ok || b.rows[i].version == 0 {
			delete(s.known, domain)
			s.edit++
		}
	}
	return todo, total
}

// catchUp reads what nobody waits for. A panic over one statement is logged: the
// daemon has work to do.
func (s *shares) catchUp(ctx context.Context, todo []string) {
	defer func() {
		if x := recover(); x != nil {
			s.o.Log.Error("statements could not be compared", "panic", x)
		}
		s.mu.Lock()
		s.behind = false
		s.mu.Unlock()
	}()
	if err := s.read(ctx, todo); err != nil {
		s.o.Log.Warn("statements could not be compared", "error", err)
	}
}

func (s *shares) read(ctx context.Context, todo []string) error {
	for _, domain := range todo {
		v, err := s.o.Reader.Version(ctx, domain, 0)
		if err != nil {
			if s.o.Missing(err) {
				continue
			}
			return err
		}
		k := s.imprint(v)
		s.mu.Lock()
		s.known[domain] = k
		s.edit++
		s.mu.Unlock()
	}
	return nil
}

func (s *shares) imprint(v *record.Version) *imprinted {
	k := &imprinted{version: v.Number, identity: v.Identity}
	seen := map[uint64]bool{}
	for text := range sentences(v.Document) {
		x := s.sentence(text)
		if x.words >= fewestWords && !seen[x.sum] {
			seen[x.sum] = true
			k.sentences = append(k.sentences, x)
			k.words += x.words
		}
	}
	return k
}

func (s *shares) sentence(text string) sentence {
	c := strings.TrimRight(folded(text), " .?!;:")
	return sentence{maphash.String(s.seed, c), len(strings.Fields(c))}
}

// sentences yields a document's sentences as they stand, without its headings.
func sentences(doc *record.Document) iter.Seq[string] {
	return func(yield func(string) bool) {
		if doc == nil {
			return
		}
		for i := range doc.Blocks {
			b := &doc.Blocks[i]
			if b.Kind == record.Heading {
				continue
			}
			start := 0
			for at, r := range b.Text {
				end := at + utf8.RuneLen(r)
				// A full stop within a number or an address ends nothing.
				next, _ := utf8.DecodeRuneInString(b.Text[end:])
				if !strings.ContainsRune(".?!;؟؛۔", r) || end < len(b.Text) && !unicode.IsSpace(next) {
					continue
				}
				if !yield(strings.TrimSpace(b.Text[start:end])) {
					return
				}
				start = end
			}
			if rest := strings.TrimSpace(b.Text[start:]); rest != "" && !yield(rest) {
				return
			}
		}
	}
}

// group puts together what shares text. The most complete statement leads a group,
// and each other joins the one whose leader has most of its words; so the cost
// grows with the number of sentences and not with that of pairs.
func (s *shares) group(total int) *sharing {
	out := &sharing{at: s.o.Clock(), edit: s.edit, of: map[string]int{}, Read: len(s.known), Total: total}
	domains := make([]string, 0, len(s.known))
	for d, k := range s.known {
		if k.words > 0 {
			domains = append(domains, d)
		}
	}
	slices.SortFunc(domains, func(a, b string) int {
		return cmp.Or(cmp.Compare(s.known[b].words, s.known[a].words), cmp.Compare(a, b))
	})
	led := map[uint64][]int{} // the groups whose leader has the sentence
	var groups [][]string
	for _, d := range domains {
		k := s.known[d]
		common := map[int]int{}
		for _, x := range k.sentences {
			for _, g := range led[x.sum] {
				common[g] += x.words
			}
		}
		best := -1
		for g, words := range common {
			if 100*words >= alike*k.words && (best < 0 || words > common[best] || words == common[best] && g < best) {
				best = g
			}
		}
		if best >= 0 {
			groups[best] = append(groups[best], d)
			continue
		}
		for _, x := range k.sentences {
			if len(led[x.sum]) < mostLeaders {
				led[x.sum] = append(led[x.sum], len(groups))
			}
		}
		groups = append(groups, []string{d})
	}
	for _, domains := range groups {
		if len(domains) > 1 {
			out.groups = append(out.groups, s.measured(domains))
		}
	}
	slices.SortStableFunc(out.groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(len(b.Members), len(a.Members)), cmp.Compare(b.Share, a.Share))
	})
	for i, g := range out.groups {
		for _, m := range g.Members {
			out.of[m.Domain] = i
		}
	}
	return out
}

func (s *shares) measured(domains []string) group {
	g := group{count: map[uint64]int{}}
	same := map[string]int{}
	for _, d := range domains {
		k := s.known[d]
		for _, x := range k.sentences {
			g.count[x.sum]++
		}
		same[k.identity]++
	}
	sum := 0
	for _, d := range domains {
		k := s.known[d]
		m := member{Domain: d, Words: k.words, Same: k.identity != "" && same[k.identity] > 1}
		shared := 0
		for _, x := range k.sentences {
			if g.count[x.sum] > 1 {
				shared += x.words
			}
		}
		m.Share = 100 * shared / k.words
		sum += m.Share
		if m.Same {
			g.Same++
		}
		g.Members = append(g.Members, m)
	}
	g.Share = sum / len(domains)
	return g
}

func folded(s string) string { return strings.ToLower(canon.Text(s)) }
