package align

import (
	"unicode"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"

	"policywatch/store/canon"
	"policywatch/store/record"
)

// area bounds one run of go-diff, in words of one side times words of the
// other. Larger stretches are first cut at words that stand once on both sides.
const area = 1 << 18

// Words shows how the words of old became those of new. Words are compared in
// canonical form and shown as they stand: the parts without deletions add up to
// new, letter by letter; those without insertions to old, up to spelling
// variants. Runs that differ only in where their words are parted count as
// equal.
func Words(old, new string) []record.Part {
	a, b := canon.Tokens(old), canon.Tokens(new)
	ids := make(map[string]int32)
	number := func(ts []canon.Token) []int32 {
		out := make([]int32, len(ts))
		for i, t := range ts {
			id, ok := ids[t.Text]
			if !ok {
				id = int32(len(ids))
				ids[t.Text] = id
			}
			out[i] = id
		}
		return out
	}
	runs := respell(tidy(diffIDs(number(a), number(b))), a, b)
	if len(a) == 0 && len(b) == 0 {
		if new == "" {
			return nil
		}
		return []record.Part{{Text: new}}
	}
	var out []record.Part
	for _, r := range runs {
		switch {
		case r.equal:
			out = append(out, record.Part{Text: slice(new, b, r.new)})
		default:
			if r.old.Len() > 0 {
				t := slice(old, a, r.old)
				if n, k := len(out), r.old.From; n > 0 && k > 0 && endsInWord(out[n-1].Text) {
					t = old[a[k-1].To:a[k].From] + t
				}
				out = append(out, record.Part{Op: record.EditDelete, Text: t})
			}
			if r.new.Len() > 0 {
				out = append(out, record.Part{Op: record.EditInsert, Text: slice(new, b, r.new)})
			}
		}
	}
	return out
}

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
}

// slice returns the original's text for a run of words, with the marks and
// spaces up to the next word; the first word brings what stands before it.
func slice(text string, ts []canon.Token, s Span) string {
	from, to := 0, len(text)
	if s.From > 0 {
		from = ts[s.From].From
	}
	if s.To < len(ts) {
		to = ts[s.To].From
	}
	return text[from:to]
}

// run is a stretch of words that both sides have, or what replaced what.
type run struct {
	old, new Span
	equal    bool
}

// diffIDs compares two sequences of word ids.
func diffIDs(a, b []int32) []run {
	var out []run
	emit := func(r run) {
		if r.old.Len()+r.new.Len() == 0 {
			return
		}
		if n := len(out); n > 0 && out[n-1].equal == r.equal {
			out[n-1].old.To, out[n-1].new.To = r.old.To, r.new.To
			return
		}
		out = append(out, r)
	}
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	emit(run{Span{0, head}, Span{0, head}, true})
	middle(a, b, Span{head, len(a) - tail}, Span{head, len(b) - tail}, emit)
	emit(run{Span{len(a) - tail, len(a)}, Span{len(b) - tail, len(b)}, true})
	return out
}

// middle compares a[x] with b[y], cutting what is too large for go-diff at
// words that stand once on both sides.
func middle(a, b []int32, x, y Span, emit func(run)) {
	if x.Len() == 0 || y.Len() == 0 {
		emit(run{old: x, new: y})
		return
	}
	if x.Len()*y.Len() <= area {
		myers(a, b, x, y, emit)
		return
	}
	frame := framework(a[x.From:x.To], b[y.From:y.To])
	if len(frame) == 0 {
		emit(run{old: x, new: y})
		return
	}
	i, j := x.From, y.From
	for _, l := range frame {
		l.a, l.b = l.a+x.From, l.b+y.From
		if (l.a-i)*(l.b-j) <= area {
			middle(a, b, Span{i, l.a}, Span{j, l.b}, emit)
		} else {
			emit(run{old: Span{i, l.a}, new: Span{j, l.b}})
		}
		emit(run{Span{l.a, l.a + 1}, Span{l.b, l.b + 1}, true})
		i, j = l.a+1, l.b+1
	}
	if (x.To-i)*(y.To-j) <= area {
		middle(a, b, Span{i, x.To}, Span{j, y.To}, emit)
	} else {
		emit(run{old: Span{i, x.To}, new: Span{j, y.To}})
	}
}

// framework links the ids that stand once on both sides and kept their order.
func framework(a, b []int32) []link {
	type seen struct{ na, nb, j int }
	at := make(map[int32]seen)
	for _, id := range a {
		s := at[id]
		s.na++
		at[id] = s
	}
	for j, id := range b {
		if s, ok := at[id]; ok {
			s.nb, s.j = s.nb+1, j
			at[id] = s
		}
	}
	var ls []link
	for i, id := range a {
		if s := at[id]; s.na == 1 && s.nb == 1 {
			ls = append(ls, link{i, s.j, 1})
		}
	}
	return heaviest(ls)
}

// myers lets go-diff compare the ids as runes. The ids of the stretch are
// numbered anew from the private use area up, where no rune is a surrogate, a
// space or U+FFFD; no time limit, so that the same input gives the same output.
func myers(a, b []int32, x, y Span, emit func(run)) {
	runes := make(map[int32]rune)
	spell := func(ids []int32) []rune {
		out := make([]rune, len(ids))
		for i, id := range ids {
			r, ok := runes[id]
			if !ok {
				r = rune(0xe000 + len(runes))
				if r > 0xf8ff { // past the area: go on in the planes for private use
					r = rune(0xf0000 + len(runes) - 0x1900)
				}
				runes[id] = r
			}
			out[i] = r
		}
		return out
	}
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0
	diffs := dmp.DiffMainRunes(spell(a[x.From:x.To]), spell(b[y.From:y.To]), false)
	diffs = dmp.DiffCleanupSemantic(diffs)
	i, j := x.From, y.From
	for _, d := range diffs {
		n := len([]rune(d.Text))
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			emit(run{Span{i, i + n}, Span{j, j + n}, true})
			i, j = i+n, j+n
		case diffmatchpatch.DiffDelete:
			emit(run{old: Span{i, i + n}, new: Span{j, j}})
			i += n
		case diffmatchpatch.DiffInsert:
			emit(run{old: Span{i, i}, new: Span{j, j + n}})
			j += n
		}
	}
}

// tidy joins neighbours of one kind.
func tidy(rs []run) []run {
	out := rs[:0]
	for _, r := range rs {
		if n := len(out); n > 0 && out[n-1].equal == r.equal && out[n-1].old.To == r.old.From && out[n-1].new.To == r.new.From {
			out[n-1].old.To, out[n-1].new.To = r.old.To, r.new.To
			continue
		}
		out = append(out, r)
	}
	return out
}

// respell turns runs whose words run together the same into equal ones: جمع
// آوری and جمعآوری.
func respell(rs []run, a, b []canon.Token) []run {
	for k := range rs {
		if r := &rs[k]; !r.equal && r.old.Len() > 0 && r.new.Len() > 0 {
			r.equal = join(a[r.old.From:r.old.To]) == join(b[r.new.From:r.new.To])
		}
	}
	return tidy(rs)
}

func join(ts []canon.Token) string {
	n := 0
	for _, t := range ts {
		n += len(t.Text) + 1
	}
	buf := make([]byte, 0, n)
	for _, t := range ts {
		buf = append(append(buf, t.Text...), ' ')
	}
	return canon.Key(string(buf))
}
