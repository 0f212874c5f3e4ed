package section

import "sync"

// memo remembers the passages read last. A statement that changed is read four
// times, labelled and checked on both sides, and nearly all of its paragraphs are
// the same each time. What it holds is immutable and may be used by several
// goroutines at a time.
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
