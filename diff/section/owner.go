package section

import (
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

// owner finds the body that the document speaks for: the name that it repeats
// most, or the one in its title. It reports false where none is plain.
func (j *judgement) owner() (record.Fact, bool) {
	const longest, plain = 9, 3
	names := map[string]*name{}
	var order []string // as first seen, so that ties fall the same way always
	heads := map[*phrase]string{}
	var key []byte
	collect := func(p *passage, block, weight int) {
		if p.matcher == nil {
			return
		}
		for _, h := range p.hits {
			body := &p.matcher.phrases[h.phrase]
			if body.means != ofBody {
				continue
			}
			// A prefix (للمركز) is no part of the name.
			head, ok := heads[body]
			if !ok {
				head = canon.Text(body.text)
				heads[body] = head
			}
			bare := h.to == h.from+1 && p.text.words[h.from].Text == head
			key = key[:0]
			for k := h.from; k < len(p.text.words) && k < h.from+longest; k++ {
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
				n := names[string(key)]
				if n == nil {
					from, to := p.text.words[h.from].From, p.text.words[k].To
					n = &name{words: string(key), first: record.Fact{Kind: record.FactOwner, Text: p.text.raw[from:to], Block: block}}
					names[n.words] = n
					order = append(order, n.words)
				}
				if n.count += weight; bare && !n.bare {
					from, to := p.text.words[h.from].From, p.text.words[k].To
					n.bare, n.first = true, record.Fact{Kind: record.FactOwner, Text: p.text.raw[from:to], Block: block}
				}
			}
		}
	}
	for i, s := range j.stretches {
		if s.heading >= 0 {
			weight := 1
			if i <= 1 {
				weight = plain // the title
			}
			collect(&s.head, s.heading, weight)
		}
		for k := range s.units {
			collect(&s.units[k].passage, s.units[k].from, 1)
		}
	}
	var best *name
	for _, key := range order {
		n := names[key]
		if strings.Count(key, " ") == 1 && n.count >= plain && (best == nil || n.count > best.count) {
			best = n
		}
	}
	if best == nil {
		return record.Fact{}, false
	}
	for grown := true; grown; {
		grown = false
		for _, key := range order {
			n := names[key]
			if strings.HasPrefix(key, best.words+" ") && strings.Count(key, " ") == strings.Count(best.words, " ")+1 &&
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
