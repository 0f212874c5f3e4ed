package section

import (
	"sync"
	"sync/atomic"
)

// memo remembers the passages read last. A statement that changed is read four
// times, labelled and checked on both sides, and nearly all of its paragraphs are
// the same each time. What it holds may be used by several goroutines at a time.
type memo struct {
	mu         sync.Mutex
	young, old map[memoKey]passage
}

type memoKey struct{ lang, raw string }

// memoSize is how many passages one generation holds: a few dozen statements, some
// megabytes. When the young generation is full the old one is forgotten.
const memoSize = 1024

// passage returns what read gives for the text, from memory where it is there.
func (m *memo) passage(lang, raw string, read func(lang, raw string) passage) passage {
	key := memoKey{lang, raw}
	m.mu.Lock()
	p, ok := m.young[key]
	if !ok {
		p, ok = m.old[key]
	}
	m.mu.Unlock()
	if ok {
		return p
	}
	p = read(lang, raw)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= memoSize || m.young == nil {
		m.young, m.old = make(map[memoKey]passage, memoSize), m.young
	}
	m.young[key] = p
	return p
}

// readings are what was read in a passage beside its phrases, each at its first
// need; whoever needs one at the same time works it out as well and finds the same.
// Nothing in them may be modified.
type readings struct {
	body atomic.Pointer[weight] // by weighBody
	// facts are the clues of a text that is not about data, and of one that is.
	facts [2]atomic.Pointer[[]clue]
	// first holds the first hit of a profile's phrases, by their matcher.
	first sync.Map
}

// weight is what a unit's words say of every topic, and which words.
type weight struct {
	scores scores
	used   []hit
}

// clues are the facts of a passage.
func (p *passage) clues(items bool) []clue {
	at := &p.read.facts[0]
	if items {
		at = &p.read.facts[1]
	}
	if known := at.Load(); known != nil {
		return *known
	}
	found := p.matcher.readFacts(p.text, p.hits, items)
	at.Store(&found)
	return found
}

// firstOf is the first place in a passage where a profile's phrases are met.
func (p *passage) firstOf(m *matcher) (h hit, met bool) {
	if known, ok := p.read.first.Load(m); ok {
		h = known.(hit)
		return h, h.to > 0
	}
	if hits := m.hits(p.text); len(hits) > 0 {
		h, met = hits[0], true
	}
	p.read.first.Store(m, h)
	return h, met
}
