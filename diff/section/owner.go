package section

import (
	"bytes"
	"strings"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// name is a public body's name as far as all its occurrences agree.
type name struct {
	words string // canonical, joined by spaces
	count int
	first record.Fact // where it stands first, without a prefix if it ever does
	bare  bool
}

// names counts the names of bodies, in the order in which they are first seen, so
// that ties fall the same way always.
type names struct {
	of    map[string]*name
	order []*name
	heads map[*phrase]string // canonical, without the prefix that a text may give it
	key   []byte
}

const (
	longestName = 9 // words
	plainName   = 3 // occurrences; the title counts as so many
)

// collect counts what a passage names: the first two words of each name, or, where
// chosen is not empty, all longer beginnings of the names that begin with it.
func (ns *names) collect(p *passage, block, weight int, chosen string) {
	if p.matcher == nil {
		return
	}
	for _, h := range p.hits {
		body := &p.matcher.phrases[h.phrase]
		if body.means != ofBody {
			continue
		}
		// A prefix (للمركز) is no part of the name.
		head, ok := ns.heads[body]
		if !ok {
			head = canon.Text(body.text)
			ns.heads[body] = head
		}
		bare := h.to == h.from+1 && p.text.words[h.from].Text == head
		key := ns.key[:0]
	words:
		for k := h.from; k < len(p.text.words) && k < h.from+longestName; k++ {
			if k > h.from && strings.Trim(p.text.between(k), " \u200c\u00a0\u200f\u200e") != "" {
				break
			}
			if k == h.from && h.to == h.from+1 {
				key = append(key, head...)
				continue // "the ministry" names nobody
			}
			if len(key) > 0 {
				key = append(key, ' ')
			}
			key = append(key, p.text.words[k].Text...)
			switch spaces := bytes.Count(key, []byte(" ")); {
			case spaces == 0:
				continue
			case chosen == "" && spaces > 1, chosen != "" && !strings.HasPrefix(string(key)+" ", chosen+" "):
				break words
			case chosen != "" && len(key) == len(chosen):
				continue
			}
			n := ns.of[string(key)]
			from, to := p.text.words[h.from].From, p.text.words[k].To
			if n == nil {
				n = &name{words: string(key), first: record.Fact{Kind: record.FactOwner, Text: p.text.raw[from:to], Block: block}}
				ns.of[n.words] = n
				ns.order = append(ns.order, n)
			}
			if n.count += weight; bare && !n.bare {
				n.bare, n.first = true, record.Fact{Kind: record.FactOwner, Text: p.text.raw[from:to], Block: block}
			}
		}
		ns.key = key
	}
}

// names collects over the whole document.
func (j *judgement) names(chosen string) []*name {
	ns := names{of: map[string]*name{}, heads: map[*phrase]string{}}
	for i, s := range j.stretches {
		if s.heading >= 0 {
			weight := 1
			if i <= 1 {
				weight = plainName // the title
			}
			ns.collect(&s.head, s.heading, weight, chosen)
		}
		for k := range s.units {
			ns.collect(&s.units[k].passage, s.units[k].from, 1, chosen)
		}
	}
	return ns.order
}

// owner finds the body that the document speaks for: the name that it repeats
// most, or the one in its title. It reports false where none is plain.
func (j *judgement) owner() (record.Fact, bool) {
	var best *name
	for _, n := range j.names("") {
		if n.count >= plainName && (best == nil || n.count > best.count) {
			best = n
		}
	}
	if best == nil {
		return record.Fact{}, false
	}
	longer := j.names(best.words)
	for grown := true; grown; {
		grown = false
		for _, n := range longer {
			if strings.HasPrefix(n.words, best.words+" ") && strings.Count(n.words, " ") == strings.Count(best.words, " ")+1 &&
				3*n.count >= 2*best.count {
				best, grown = n, true
				break
			}
		}
	}
	fact := best.first
	words := strings.Fields(best.words)
	for len(words) > 2 && trailing[words[len(words)-1]] {
		words = words[:len(words)-1]
		if i := strings.LastIndexAny(strings.TrimSpace(fact.Text), " \u200c"); i > 0 {
			fact.Text = strings.TrimSpace(fact.Text[:i])
		}
	}
	fact.Value = strings.Join(words, " ")
	return fact, true
}

// trailing words never end a name.
var trailing = canonicalSet("و را به از در که با بر برای نسبت خود این شما ممکن متعهد همچنین است the of and for is are will may to in on at by does and or its " +
	"de la du des le les et à von der die das des und für ist wird in im على في من إلى عن التي الذي و قد هي هو أن لا ما ve ile için bu")
