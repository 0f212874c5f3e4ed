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

// verdict is one topic accepted for a section; slot is its place in topics.
type verdict struct {
	slot  int
	score float64
}

func accepted(list []verdict, slot int) bool {
	return slices.ContainsFunc(list, func(v verdict) bool { return v.slot == slot })
}

func (j *judgement) sections() []record.Section {
	out := []record.Section{}
	for _, s := range j.stretches {
		if s.heading < 0 {
			out = append(out, j.loose(s)...)
		} else {
			out = append(out, j.headed(s)...)
		}
	}
	return out
}

// sum is what the units of a section say together.
type sum struct {
	units []unit
	// best is the plainest unit's score for each topic, total adds the scores up,
	// count is the number of units that say it plainly.
	best, total scores
	count       [len(scores{})]int
	most        float64 // the largest total
	// pervaded is set when one topic runs through the body.
	pervaded bool
}

func summarise(units []unit) sum {
	m := sum{units: units}
	for i := range units {
		for t, v := range units[i].scores {
			m.best[t] = max(m.best[t], v)
			m.total[t] += min(v, 1.5)
			if v >= enough {
				m.count[t]++
			}
		}
	}
	for t, n := range m.count {
		m.most = max(m.most, m.total[t])
		m.pervaded = m.pervaded || max(m.total[t], m.best[t]) >= 3 && 2*n >= len(units)
	}
	return m
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
	body := summarise(units)
	list := byHeading(s, &body)
	titled := len(list) > 0 && !s.spoken
	if !titled && s == j.opening() && s.words >= 8 {
		// What stands under the statement's own title introduces it.
		intro := slices.Index(topics, record.PurposeScope)
		list = append(list, verdict{intro, max(0.5, body.best[intro])})
	}
	bar := func(t int) float64 {
		if titled && soft(topics[t]) && body.count[t] < 2 {
			return plenty
		}
		return enough
	}
	if s.container {
		j.fill(&sec, list, s, units)
		return []record.Section{sec}
	}
	list = append(list, byBody(&body, list, bar, titled)...)
	known := j.fill(&sec, list, s, units)
	out := []record.Section{sec}
	for i := range s.units {
		u := &s.units[i]
		var more []verdict
		for t, v := range u.scores {
			if v >= bar(t) && !accepted(list, t) {
				more = append(more, verdict{t, v})
			}
		}
		if len(more) > 0 {
			in := record.Section{Implicit: true, From: u.from, To: u.to}
			j.fill(&in, more, nil, s.units[i:i+1])
			out = append(out, in)
		}
	}
	if known && len(sec.Topics) == 0 {
		out[0].Topics = []record.Topic{record.Other}
	}
	return out
}

// byHeading finds the topics that a heading names, or hints at and its body
// confirms.
func byHeading(s *stretch, body *sum) []verdict {
	var out []verdict
	clear := slices.Max(s.head.scores[:])
	names := 0
	for _, h := range s.head.scores {
		if h >= named {
			names++
		}
	}
	for t, h := range s.head.scores {
		best := body.best[t]
		switch {
		case h >= named && names == 1 && best == 0 && s.words >= 30 && body.pervaded:
			// The heading misleads: the body never speaks of it and speaks
			// plainly of something else.
		case h >= named, h >= hinted && !s.spoken && h+best >= enough && (clear < named || best >= enough):
			out = append(out, verdict{t, 1 + h + best})
		}
	}
	return out
}

// byBody finds the topics that a section has from its body alone: those of a
// good part of its units, under a heading that says nothing also those that
// weigh most, and where no unit is plain, what all of them add up to.
func byBody(body *sum, have []verdict, bar func(int) float64, titled bool) []verdict {
	var out []verdict
	top, plain := -1, false
	for t := range topics {
		if accepted(have, t) {
			continue
		}
		count := 0
		for i := range body.units {
			if body.units[i].scores[t] >= bar(t) {
				count++
			}
		}
		plain = plain || count > 0
		if count > 0 && (float64(count) >= share*float64(len(body.units)) || !titled && 2*body.total[t] >= body.most) {
			out = append(out, verdict{t, body.best[t]})
		}
		if top < 0 || body.total[t] > body.total[top] {
			top = t
		}
	}
	if !plain && top >= 0 && body.total[top] >= 1.5*bar(top) {
		out = append(out, verdict{top, body.total[top] / 2})
	}
	return out
}

// loose makes implicit sections of the blocks before the first heading: a new
// one begins where a unit has a topic that the one before has not.
func (j *judgement) loose(s *stretch) []record.Section {
	var out []record.Section
	var run []unit
	var have []verdict
	flush := func() {
		if len(run) == 0 {
			return
		}
		sec := record.Section{Implicit: true, Topics: []record.Topic{}, From: run[0].from, To: run[len(run)-1].to}
		j.fill(&sec, have, nil, run)
		out = append(out, sec)
		run, have = nil, nil
	}
	for _, u := range s.units {
		var mine []verdict
		fresh := false
		for t, v := range u.scores {
			if v >= enough {
				mine = append(mine, verdict{t, v})
				fresh = fresh || !accepted(have, t)
			}
		}
		if fresh && (len(have) > 0 || len(run) > 0) {
			flush()
		}
		if len(have) == 0 {
			have = mine
		}
		run = append(run, u)
	}
	flush()
	return out
}

// fill writes the accepted topics into a section, the surest first, with the
// words that decided. It reports whether any of the text could be read.
func (j *judgement) fill(sec *record.Section, list []verdict, s *stretch, units []unit) (known bool) {
	slices.SortStableFunc(list, func(a, b verdict) int { return cmp.Compare(b.score, a.score) })
	sec.Topics = make([]record.Topic, 0, len(list))
	for _, v := range list {
		sec.Topics = append(sec.Topics, topics[v.slot])
	}
	if len(list) > 0 {
		sec.Confidence = float64(int(100*min(0.99, 0.4+0.2*list[0].score))) / 100
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
