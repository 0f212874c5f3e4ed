package web

import (
	"cmp"
	"context"
	"hash/maphash"
	"iter"
	"maps"
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
	// was written, and settlingFor while its statements are still being read.
	sharingFor, settlingFor = time.Minute, 5 * time.Second
)

// sentence is one of a statement's, by its canonical text: 52 bits of a hash, and in
// the lowest twelve the number of words. Of a million sentences, two are taken for one
// another once in ten thousand archives.
type sentence uint64

const wordBits = 12

func (x sentence) words() int { return int(x & (1<<wordBits - 1)) }

// imprinted is what is remembered of a statement: enough to tell what it shares. It is
// never changed.
type imprinted struct {
	domain    string
	version   int32
	words     int32
	identity  uint64 // a hash; 0 for none
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
	count       map[sentence]int // in how many of them a sentence stands, where it is several
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
	o        Options
	seed     maphash.Seed
	grouping sync.Mutex // held while groups are made
	mu       sync.Mutex
	known    map[string]*imprinted // by domain
	edit     int                   // counts changes of known
	found    *sharing
	behind   bool // whether statements are being read behind the pages
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
	s.grouping.Lock()
	defer s.grouping.Unlock()
	s.mu.Lock()
	if f := s.found; f != nil && f.holds(total, s.edit, s.o.Clock()) {
		s.mu.Unlock()
		return f, nil
	}
	f := &sharing{at: s.o.Clock(), edit: s.edit, of: map[string]int{}, Read: len(s.known), Total: total}
	known := slices.Collect(maps.Values(s.known))
	s.mu.Unlock()
	f.group(known) // which takes a while; a site's page must not wait for it
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found = f
	return f, nil
}

// holds reports whether the groups may still be shown where so many statements are
// there and so many edits were made.
func (f *sharing) holds(total, edit int, now time.Time) bool {
	if f.Total != total || f.edit == edit {
		return f.Total == total
	}
	limit := settlingFor
	if f.Read == total {
		limit = sharingFor
	}
	return total > 1000 && f.Read > readAtOnce && now.Sub(f.at) < limit
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
		if k := s.known[e.domain]; k == nil || k.version != e.version {
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
		k := s.imprint(domain, v)
		s.mu.Lock()
		s.known[domain] = k
		s.edit++
		s.mu.Unlock()
	}
	return nil
}

func (s *shares) imprint(domain string, v *record.Version) *imprinted {
	k := &imprinted{domain: domain, version: int32(v.Number)}
	if v.Identity != "" {
		k.identity = maphash.String(s.seed, v.Identity)
	}
	seen := map[sentence]bool{}
	for text := range sentences(v.Document) {
		x := s.sentence(text)
		if x.words() >= fewestWords && !seen[x] {
			seen[x] = true
			k.sentences = append(k.sentences, x)
			k.words += int32(x.words())
		}
	}
	k.sentences = slices.Clip(k.sentences)
	return k
}

func (s *shares) sentence(text string) sentence {
	c := strings.TrimRight(folded(text), " .?!;:")
	return sentence(maphash.String(s.seed, c)<<wordBits) | sentence(min(len(strings.Fields(c)), 1<<wordBits-1))
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
func (f *sharing) group(known []*imprinted) {
	known = slices.DeleteFunc(known, func(k *imprinted) bool { return k.words == 0 })
	slices.SortFunc(known, func(a, b *imprinted) int {
		return cmp.Or(cmp.Compare(b.words, a.words), cmp.Compare(a.domain, b.domain))
	})
	led := map[sentence][]int32{} // the groups whose leader has the sentence
	var groups [][]*imprinted
	common := map[int32]int{}
	for _, k := range known {
		clear(common)
		for _, x := range k.sentences {
			for _, g := range led[x] {
				common[g] += x.words()
			}
		}
		best := int32(-1)
		for g, words := range common {
			if 100*words >= alike*int(k.words) && (best < 0 || words > common[best] || words == common[best] && g < best) {
				best = g
			}
		}
		if best >= 0 {
			groups[best] = append(groups[best], k)
			continue
		}
		for _, x := range k.sentences {
			if len(led[x]) < mostLeaders {
				led[x] = append(led[x], int32(len(groups)))
			}
		}
		groups = append(groups, []*imprinted{k})
	}
	for _, members := range groups {
		if len(members) > 1 {
			f.groups = append(f.groups, measured(members))
		}
	}
	slices.SortStableFunc(f.groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(len(b.Members), len(a.Members)), cmp.Compare(b.Share, a.Share))
	})
	for i, g := range f.groups {
		for _, m := range g.Members {
			f.of[m.Domain] = i
		}
	}
}

func measured(members []*imprinted) group {
	count := map[sentence]int{}
	same := map[uint64]int{}
	for _, k := range members {
		for _, x := range k.sentences {
			count[x]++
		}
		same[k.identity]++
	}
	g := group{count: map[sentence]int{}}
	for x, n := range count {
		if n > 1 { // the others are most of them
			g.count[x] = n
		}
	}
	sum := 0
	for _, k := range members {
		m := member{Domain: k.domain, Words: int(k.words), Same: k.identity != 0 && same[k.identity] > 1}
		shared := 0
		for _, x := range k.sentences {
			if g.count[x] > 1 {
				shared += x.words()
			}
		}
		m.Share = 100 * shared / int(k.words)
		sum += m.Share
		if m.Same {
			g.Same++
		}
		g.Members = append(g.Members, m)
	}
	g.Share = sum / len(members)
	return g
}

func folded(s string) string { return strings.ToLower(canon.Text(s)) }
