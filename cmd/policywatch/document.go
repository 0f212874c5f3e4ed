package main

import (
	"fmt"
	"io"
	"strings"

	"policywatch/store/record"
)

// writeDocument shows a document to a person: the text, then what was
// understood of it.
func writeDocument(w io.Writer, d *record.Document) {
	fmt.Fprintf(w, "%s\n%s, %s; %s (%.2f)\n", isolate(d.Title), d.Lang, d.Dir, d.Quality.Verdict, d.Quality.Score)
	for _, r := range d.Quality.Reasons {
		fmt.Fprintf(w, "  %s\n", r)
	}
	fmt.Fprintln(w)
	writeMarkdown(w, d)
	if len(d.Sections) > 0 {
		fmt.Fprint(w, "\nSections\n")
	}
	for _, s := range d.Sections {
		head := s.Heading
		if s.Implicit || head == "" {
			head = "(no heading) " + firstWords(d.Body(s), 6)
		}
		fmt.Fprintf(w, "  %s: %s\n", isolate(head), topicList(s.Topics))
	}
	if len(d.Facts) > 0 {
		fmt.Fprint(w, "\nFacts\n")
	}
	for _, f := range d.Facts {
		fmt.Fprintf(w, "  %-12s %s  %s\n", f.Kind, f.Value, isolate(f.Text))
	}
}

// writeMarkdown writes the blocks as Markdown.
func writeMarkdown(w io.Writer, d *record.Document) {
	inList := false
	for i, b := range d.Blocks {
		list := b.Kind == record.Item || b.Kind == record.Row
		if i > 0 && !(list && inList) {
			fmt.Fprintln(w)
		}
		inList = list
		switch b.Kind {
		case record.Heading:
			fmt.Fprintf(w, "%s %s\n", strings.Repeat("#", min(max(b.Level, 1), 6)), b.Text)
		case record.Item:
			fmt.Fprintf(w, "%s- %s\n", strings.Repeat("  ", max(b.Level, 1)-1), b.Text)
		default:
			fmt.Fprintln(w, b.Text)
		}
	}
}

func topicList(topics []record.Topic) string {
	if len(topics) == 0 {
		return "-"
	}
	out := make([]string, len(topics))
	for i, t := range topics {
		out[i] = string(t)
	}
	return strings.Join(out, ", ")
}

func firstWords(s string, n int) string {
	words := strings.Fields(s)
	if len(words) <= n {
		return strings.Join(words, " ")
	}
	return strings.Join(words[:n], " ") + " …"
}
