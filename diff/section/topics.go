package section

import (
	"cmp"
	"slices"

	"policywatch/store/record"
)

// opening returns the first stretch that has both a heading and a body.
func (j *judgement) opening() *stretch {
	for _, s := range j.stretches {
		if s.heading >= 0 && s.words > 0 {
			return s
		}
	}
	return nil
}

// verdict is one topic accepted for a section.
type verdict struct {
	topic record.Topic
	score float64
}

func (j *judgement) sections() []record.Section {
	out := []record.Section{}
	for _, s := range j.stretches {
		if s.heading < 0 {
			out = append(out, j.loose(s)...)
			continue
		}
		out = append(out, j.headed(s)...)
	}
	return out
}

// headed makes the section of a heading, followed by the paragraphs in it that
// are about something else.
func (j *judgement) headed(s *stretch) []record.Section {
	b := &j.doc.Blocks[s.heading]
	sec := record.Section{Heading: b.Text, Level: b.Level, Topics: []record.Topic{}, From: s.from, To: s.to}
	if s.words == 0 && !s.container {
		return []record.Section{sec} // K2: a heading alone covers nothing
	}
	units := s.units
	for _, c := range s.children {
		units = append(units, c.units...)
	}
	best, total, count := scores{}, scores{}, map[record.Topic]int{}
	for _, u := range units {
		for t, v := range u.scores {
			best[t] = max(best[t], v)
			total[t] += min(v, 1.5)
			if v >= enough {
				count[t]++
			}
		}
	}
	pervaded := false // whether one topic runs through the body
	for t, n := range count {
		pervaded = pervaded || total[t] >= 2 && 2*n >= len(units)
	}
	clear := 0.0 // what the heading says most clearly
	for _, v := range s.head.scores {
		clear = max(clear, v)
	}
	var topics []verdict
	has := func(t record.Topic) bool {
		return slices.ContainsFunc(topics, func(v verdict) bool { return v.topic == t })
	}
	for _, t := range record.Topics() {
		h := s.head.scores[t]
		switch {
		case h >= named && best[t] == 0 && s.words >= 40 && pervaded:
			// The heading misleads: the body never speaks of it and speaks
			// plainly of something else.
		case h >= named, h >= hinted && !s.spoken && h+best[t] >= enough && (clear < named || best[t] >= enough):
			topics = append(topics, verdict{t, 1 + h + best[t]})
		}
	}
	titled := len(topics) > 0 && !s.spoken
	if !titled && s == j.opening() && s.words >= 8 {
		// What stands under the statement's own title introduces it.
		topics = append(topics, verdict{record.PurposeScope, max(0.5, best[record.PurposeScope])})
	}
	bar := func(t record.Topic) float64 {
		if titled && soft(t) && count[t] < 2 {
			return plenty
		}
		return enough
	}
	if !s.container {
		topics = append(topics, shared(units, best, total, bar, has, titled)...)
	}
	known := j.fill(&sec, topics, s, units)
	out := []record.Section{sec}
	if s.container {
		return out
	}
	for _, u := range s.units {
		var more []verdict
		for _, t := range record.Topics() {
			if u.scores[t] >= bar(t) && !has(t) {
				more = append(more, verdict{t, u.scores[t]})
			}
		}
		if len(more) > 0 {
			in := record.Section{Implicit: true, From: u.from, To: u.to}
			j.fill(&in, more, nil, []unit{u})
			out = append(out, in)
		}
	}
	if known && len(sec.Topics) == 0 && s.words > 0 {
		out[0].Topics = []record.Topic{record.Other}
	}
	return out
}

// shared finds the topics that a section has from its body alone: those of a
// good part of its units, under a heading that says nothing also those that
// weigh most, and where no unit is plain, what all of them add up to.
func shared(units []unit, best, total scores, bar func(record.Topic) float64, has func(record.Topic) bool, titled bool) []verdict {
	var out []verdict
	top, plain, most := record.Topic(""), false, 0.0
	for _, v := range total {
		most = max(most, v)
	}
	for _, t := range record.Topics() {
		if has(t) || t == record.Other {
			continue
		}
		count := 0
		for _, u := range units {
			if u.scores[t] >= bar(t) {
				count++
			}
		}
		plain = plain || count > 0
		if count > 0 && (float64(count) >= share*float64(len(units)) || !titled && 2*total[t] >= most) {
			out = append(out, verdict{t, best[t]})
		}
		if top == "" || total[t] > total[top] {
			top = t
		}
	}
	if !plain && len(out) == 0 && top != "" && total[top] >= 1.5*bar(top) {
		out = append(out, verdict{top, total[top] / 2})
	}
	return out
}

// loose makes implicit sections of the blocks before the first heading: a new
// one begins where a unit has a topic that the one before has not.
func (j *judgement) loose(s *stretch) []record.Section {
	var out []record.Section
	var run []unit
	var topics []verdict
	flush := func() {
		if len(run) == 0 {
			return
		}
		sec := record.Section{Implicit: true, Topics: []record.Topic{}, From: run[0].from, To: run[len(run)-1].to}
		j.fill(&sec, topics, nil, run)
		out = append(out, sec)
		run, topics = nil, nil
	}
	for _, u := range s.units {
		var mine []verdict
		fresh := false
		for _, t := range record.Topics() {
			if u.scores[t] >= enough {
				mine = append(mine, verdict{t, u.scores[t]})
				fresh = fresh || !slices.ContainsFunc(topics, func(v verdict) bool { return v.topic == t })
			}
		}
		if fresh && (len(topics) > 0 || len(run) > 0 && len(mine) > 0) {
			flush()
		}
		if len(topics) == 0 {
			topics = mine
		}
		run = append(run, u)
	}
	flush()
	return out
}

// fill writes the accepted topics into a section, the surest first, with the
// words that decided. It reports whether any of the text could be read.
func (j *judgement) fill(sec *record.Section, topics []verdict, s *stretch, units []unit) (known bool) {
	slices.SortStableFunc(topics, func(a, b verdict) int { return cmp.Compare(b.score, a.score) })
	sec.Topics = make([]record.Topic, 0, len(topics))
	for _, v := range topics {
		sec.Topics = append(sec.Topics, v.topic)
	}
	if len(topics) > 0 {
		sec.Confidence = float64(int(100*min(0.99, 0.4+0.2*topics[0].score))) / 100
	}
	const most = 8
	collect := func(p *passage) {
		known = known || p.matcher != nil
		for _, h := range p.used {
			if len(sec.Words) >= most || !slices.Contains(sec.Topics, p.matcher.phrases[h.phrase].topic) {
				continue
			}
			w := p.text.raw[p.text.words[h.from].From:p.text.words[h.to-1].To]
			if !slices.Contains(sec.Words, w) {
				sec.Words = append(sec.Words, w)
			}
		}
	}
	if s != nil {
		collect(&s.head)
	}
	for i := range units {
		collect(&units[i].passage)
	}
	return known
}
