package demo

import (
	"fmt"
	"regexp"
	"strings"

	"policywatch/store/record"
)

// Statement is a privacy statement as its author wrote it, free of the page
// around it: what a perfect reader would bring back.
type Statement struct {
	Title    string
	Sections []Section
	// Source is the text in the notation that parseStatement reads, without
	// the notes on topics. One of the sites serves it as it is.
	Source string
}

// Section is one heading with what stands under it. The first section of a
// statement may have no heading.
type Section struct {
	Heading string
	Level   int
	// Topics are what the section is about, the chief one first.
	Topics []record.Topic
	Blocks []Block
}

// Block is one paragraph, list item or table row.
type Block struct {
	Kind record.BlockKind
	// Text is what a visitor reads; the cells of a row stand apart by a space.
	Text string
	// Source is the text with its marks for links and strong words.
	Source string
	// Cells are the sources of a row's cells.
	Cells []string
}

// Run is a series of blocks of one kind, as a list or a table holds them.
type Run struct {
	Kind   record.BlockKind
	Blocks []Block
}

// Runs groups the section's blocks for a template.
func (s Section) Runs() []Run {
	var out []Run
	for _, b := range s.Blocks {
		if n := len(out); n > 0 && out[n-1].Kind == b.Kind && b.Kind != record.Paragraph {
			out[n-1].Blocks = append(out[n-1].Blocks, b)
			continue
		}
		out = append(out, Run{Kind: b.Kind, Blocks: []Block{b}})
	}
	return out
}

// Lines returns the whole text in reading order, a string for the title, each
// heading and each block.
func (s Statement) Lines() []string {
	out := []string{s.Title}
	for _, sec := range s.Sections {
		if sec.Heading != "" {
			out = append(out, sec.Heading)
		}
		for _, b := range sec.Blocks {
			out = append(out, b.Text)
		}
	}
	return out
}

// Headings returns the headings in order, without the title.
func (s Statement) Headings() []string {
	var out []string
	for _, sec := range s.Sections {
		if sec.Heading != "" {
			out = append(out, sec.Heading)
		}
	}
	return out
}

var (
	linkMark   = regexp.MustCompile(`\[([^\]]+)\]\(([^)\s]+)\)`)
	strongMark = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	topicNote  = regexp.MustCompile(`\s*\{([a-z_ ]+)\}$`)
)

// plain takes the marks off.
func plain(source string) string {
	return strongMark.ReplaceAllString(linkMark.ReplaceAllString(source, "$1"), "$1")
}

// parseStatement reads a statement. A line is a block: "# " the title, "## "
// and "### " headings, which may end in {topic ...}, "- " a list item, "| a | b |"
// a table row, anything else a paragraph. Within a line [text](address) is a
// link and **text** is strong.
func parseStatement(src string) (Statement, error) {
	var s Statement
	var raw []string
	for n, line := range strings.Split(strings.TrimSpace(src), "\n") {
		line = strings.TrimRight(line, " \t\r")
		mark, rest, _ := strings.Cut(line, " ")
		var err error
		switch {
		case line == "":
		case mark == "#":
			s.Title = rest
		case mark == "##", mark == "###":
			sec := Section{Level: len(mark)}
			sec.Heading, sec.Topics, err = cutTopics(rest)
			line = mark + " " + sec.Heading
			s.Sections = append(s.Sections, sec)
		case mark == "-":
			s.add(Block{Kind: record.Item, Source: rest})
		case mark == "|":
			cells := strings.Split(strings.Trim(line, "| "), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			s.add(Block{Kind: record.Row, Source: strings.Join(cells, " "), Cells: cells})
		default:
			if strings.HasPrefix(line, "{") { // topics of an introduction
				var sec Section
				if _, sec.Topics, err = cutTopics(line); err == nil {
					s.Sections = append(s.Sections, sec)
					continue
				}
			}
			s.add(Block{Kind: record.Paragraph, Source: line})
		}
		if err != nil {
			return s, fmt.Errorf("line %d: %w", n+1, err)
		}
		raw = append(raw, line)
	}
	if s.Title == "" || len(s.Sections) == 0 {
		return s, fmt.Errorf("a statement needs a title and a section")
	}
	s.Source = strings.Join(raw, "\n")
	return s, nil
}

func (s *Statement) add(b Block) {
	if len(s.Sections) == 0 {
		s.Sections = append(s.Sections, Section{})
	}
	b.Text = plain(b.Source)
	last := &s.Sections[len(s.Sections)-1]
	last.Blocks = append(last.Blocks, b)
}

func cutTopics(heading string) (string, []record.Topic, error) {
	m := topicNote.FindStringSubmatch(heading)
	if m == nil {
		return heading, nil, nil
	}
	var topics []record.Topic
	for _, w := range strings.Fields(m[1]) {
		if !record.Topic(w).Valid() {
			return "", nil, fmt.Errorf("%q is not a topic", w)
		}
		topics = append(topics, record.Topic(w))
	}
	return strings.TrimSuffix(heading, m[0]), topics, nil
}

// rewrite returns the statement with each pair of strings replaced throughout:
// the spelling changes and the words do not.
func (s Statement) rewrite(pairs []string) Statement {
	if len(pairs) == 0 {
		return s
	}
	r := strings.NewReplacer(pairs...)
	out := Statement{Title: r.Replace(s.Title), Source: r.Replace(s.Source)}
	for _, sec := range s.Sections {
		sec.Heading = r.Replace(sec.Heading)
		blocks := make([]Block, len(sec.Blocks))
		for i, b := range sec.Blocks {
			b.Source, b.Text = r.Replace(b.Source), r.Replace(b.Text)
			cells := make([]string, len(b.Cells))
			for j, c := range b.Cells {
				cells[j] = r.Replace(c)
			}
			b.Cells = cells
			blocks[i] = b
		}
		sec.Blocks = blocks
		out.Sections = append(out.Sections, sec)
	}
	return out
}
