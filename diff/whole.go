package diff

import (
	"policywatch/diff/align"
	"policywatch/store/record"
)

// Whole lists both texts from beginning to end, in the order of the new one: the
// edits, and between them what stands, as edits whose Op is empty. A heading is
// an entry of its own, whose words are those of Section. It shows a comparison;
// it judges nothing.
func Whole(old, new *record.Document) []record.Edit {
	a := align.Align(old, new)
	var out []record.Edit
	for _, g := range a.Groups {
		switch {
		case g.Old.Len() == 0:
			out = put(out, record.EditInsert, new, a.New[g.New.From:g.New.To])
		case g.New.Len() == 0:
			out = put(out, record.EditDelete, old, a.Old[g.Old.From:g.Old.To])
		case g.Equal && !g.Moved:
			out = put(out, "", new, a.New[g.New.From:g.New.To])
		case g.Equal:
			out = put(out, record.EditMove, new, a.New[g.New.From:g.New.To])
		default:
			e := record.Edit{Op: record.EditReplace, Section: headingOf(new, a.New[g.New.From]), Before: a.OldText(g), After: a.NewText(g)}
			e.Parts = align.Words(e.Before, e.After)
			out = append(out, e)
		}
	}
	return out
}

// put adds sentences to the list, a block on a line, and joins them to the last
// entry where that is of the same kind and section.
func put(out []record.Edit, op record.EditOp, d *record.Document, ss []align.Sentence) []record.Edit {
	for _, s := range ss {
		heading := headingOf(d, s)
		last := len(out) - 1
		if s.Kind == record.Heading || last < 0 || out[last].Op != op || out[last].Section != heading || text(out[last]) == heading {
			out = append(out, record.Edit{Op: op, Section: heading})
			last++
		}
		e := &out[last]
		if op != record.EditInsert {
			e.Before = joined(e.Before, s)
		}
		if op != record.EditDelete {
			e.After = joined(e.After, s)
		}
	}
	return out
}

// text is what an entry shows of one side alone.
func text(e record.Edit) string {
	if e.Op == record.EditDelete {
		return e.Before
	}
	return e.After
}

func joined(before string, s align.Sentence) string {
	switch {
	case before == "":
		return s.Text
	case s.From == 0:
		return before + "\n" + s.Text
	}
	return before + " " + s.Text
}

func headingOf(d *record.Document, s align.Sentence) string {
	if s.Section < 0 {
		return ""
	}
	return d.Sections[s.Section].Heading
}
