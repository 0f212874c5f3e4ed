package align

import (
	"strings"
	"testing"

	"policywatch/store/record"
)

// doc makes a document of sections: "# heading" lines and paragraphs.
func doc(text string) *record.Document {
	d := &record.Document{Extractor: "test"}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		b := record.Block{Kind: record.Paragraph, Text: line}
		if h, ok := strings.CutPrefix(line, "# "); ok {
			b.Kind, b.Text = record.Heading, h
			d.Sections = append(d.Sections, record.Section{Heading: h, From: len(d.Blocks)})
		}
		d.Blocks = append(d.Blocks, b)
		d.Sections[len(d.Sections)-1].To = len(d.Blocks)
	}
	return d
}

const (
	alpha = "The agency collects the name and address of every visitor who registers. Nobody else is asked for anything."
	beta  = "Server logs are kept for half a year and then destroyed. Backups follow a month later."
	gamma = "Complaints about the handling of data go to the ombudsman in the capital. The answer comes in writing."
)

func fatesOf(old, new string) (o, n []Fate) {
	a, b := doc(old), doc(new)
	return Align(a, b).Sections(a, b)
}

func TestSectionFates(t *testing.T) {
	whole := "# Alpha\n" + alpha + "\n# Beta\n" + beta + "\n# Gamma\n" + gamma + "\n"
	for _, c := range []struct {
		name, new string
		check     func(olds, news []Fate) bool
	}{
		{"as it was", whole, func(o, n []Fate) bool { return o[1].Partner == 1 && !o[1].Gone() && o[1].Kept == o[1].Weight }},
		{"dropped", "# Alpha\n" + alpha + "\n# Gamma\n" + gamma, func(o, n []Fate) bool { return o[1].Gone() && !o[0].Gone() && !o[2].Gone() && o[2].Partner == 1 }},
		{"renamed", strings.Replace(whole, "# Beta", "# Storage of logs", 1), func(o, n []Fate) bool { return o[1].Renamed && o[1].Partner == 1 && !o[1].Gone() }},
		{"moved", "# Beta\n" + beta + "\n# Alpha\n" + alpha + "\n# Gamma\n" + gamma, func(o, n []Fate) bool {
			return o[1].Partner == 0 && (o[1].Moved == o[1].Kept || o[0].Moved == o[0].Kept) && !o[1].Gone()
		}},
		{"merged", "# Alpha\n" + alpha + "\n" + beta + "\n# Gamma\n" + gamma, func(o, n []Fate) bool { return o[1].Merged() && !o[1].Gone() }},
		{"merged into one paragraph", "# Alpha\n" + alpha + " " + beta + "\n# Gamma\n" + gamma, func(o, n []Fate) bool { return o[1].Merged() }},
		{"split", strings.Replace(whole, "Backups follow", "\n# Backups\nBackups follow", 1), func(o, n []Fate) bool { return o[1].Split() && !o[1].Gone() }},
		{"emptied", "# Alpha\n" + alpha + "\n# Beta\n# Gamma\n" + gamma, func(o, n []Fate) bool { return o[1].Partner == 1 && o[1].Kept == 0 }},
		{"reworded", strings.Replace(whole, "half a year and then destroyed", "six months and then deleted", 1), func(o, n []Fate) bool { return !o[1].Gone() && o[1].Partner == 1 && o[1].Kept == o[1].Weight }},
	} {
		if o, n := fatesOf(whole, c.new); !c.check(o, n) {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
}

// Sentences that end elsewhere, or of which one became two, are no dropped text.
func TestJoinedSentencesMatch(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{"# A\nLogs are kept for a year. They are then destroyed.", "# A\nLogs are kept for a year; they are then destroyed."},
		{"# A\nاطلاعات یک سال نگهداری می‌شود. سپس\nاز بین می‌رود.", "# A\nاطلاعات یک سال نگهداری میشود. سپس از بین میرود."},
		{"# A\nLogs are kept for a year, after which they are destroyed by the office.", "# A\nLogs are kept for a year. They are destroyed after that by the office."},
	} {
		a, b := doc(c.old), doc(c.new)
		al := Align(a, b)
		for _, g := range al.Groups {
			if g.Old.Len() == 0 || g.New.Len() == 0 {
				t.Errorf("%q: dropped %q, added %q", c.new, al.OldText(g), al.NewText(g))
			}
		}
	}
}

// Every sentence of both sides is in exactly one group.
func TestGroupsCoverAll(t *testing.T) {
	a, b := doc("# A\n"+alpha+"\n"+alpha+"\n# B\n"+beta), doc("# B\n"+beta+" "+gamma+"\n# A\n"+alpha)
	al := Align(a, b)
	old, new := make([]int, len(al.Old)), make([]int, len(al.New))
	for k, g := range al.Groups {
		for i := g.Old.From; i < g.Old.To; i++ {
			old[i]++
			if al.OldGroup[i] != k {
				t.Errorf("OldGroup[%d] = %d, not %d", i, al.OldGroup[i], k)
			}
		}
		for j := g.New.From; j < g.New.To; j++ {
			new[j]++
			if al.NewGroup[j] != k {
				t.Errorf("NewGroup[%d] = %d, not %d", j, al.NewGroup[j], k)
			}
		}
	}
	for _, n := range append(old, new...) {
		if n != 1 {
			t.Fatalf("old %v new %v", old, new)
		}
	}
}
