package configs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"policywatch/store/record"
)

// privacyTerms are the names that declarations of Open Terms Archive give to
// privacy statements, the likeliest first.
var privacyTerms = []string{"Privacy Policy", "Privacy Statement", "Privacy Notice"}

// declaration is one service of Open Terms Archive. Terms are under documents
// in older declarations. Filters are programs and are not read.
type declaration struct {
	Name      string                 `json:"name"`
	Documents map[string]declaredDoc `json:"documents"`
	Terms     map[string]declaredDoc `json:"terms"`
}

type declaredDoc struct {
	Fetch   string        `json:"fetch"`
	Select  declaredRange `json:"select"`
	Remove  declaredRange `json:"remove"`
	Filter  []any         `json:"filter"`
	Combine []declaredDoc `json:"combine"`
}

// declaredRange is a selector, or a list of selectors and ranges. A range of
// elements between two others is something that we have no word for.
type declaredRange struct {
	Selectors []string
	Ranges    int
}

// UnmarshalJSON reads either form.
func (r *declaredRange) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(b, &list) != nil {
		list = []json.RawMessage{b}
	}
	for _, item := range list {
		var selector string
		if json.Unmarshal(item, &selector) != nil {
			r.Ranges++
		} else if selector = strings.TrimSpace(selector); selector != "" {
			r.Selectors = append(r.Selectors, selector)
		}
	}
	return nil
}

// ReadDeclarations reads a declaration of Open Terms Archive, or a folder of
// them, into sites: the address of the privacy statement and its selectors.
// notes say in words what could not be taken over, a line each.
func ReadDeclarations(path string) (sites []record.Site, notes []string, err error) {
	files, err := declarationFiles(path)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]string{}
	var errs []error
	for _, file := range files {
		s, said, err := readDeclaration(file)
		for _, note := range said {
			notes = append(notes, file+": "+note)
		}
		switch {
		case err != nil:
			errs = append(errs, err)
		case s == nil:
		case seen[s.Domain] != "":
			notes = append(notes, fmt.Sprintf("%s: left out: %s is the site of %s already, and a site has one statement", file, s.Domain, seen[s.Domain]))
		default:
			seen[s.Domain] = file
			sites = append(sites, *s)
		}
	}
	return sites, notes, errors.Join(errs...)
}

func declarationFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &Error{File: path, Message: "cannot be read: " + err.Error()}
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(p, ".json") && !strings.HasSuffix(p, ".history.json") {
			files = append(files, p)
		}
		return err
	})
	if err == nil && len(files) == 0 {
		return nil, &Error{File: path, Message: "holds neither a data set (SHA256SUMS is missing or the export did not finish) nor declarations (*.json)"}
	}
	return files, err
}

// readDeclaration returns no site for a service without a privacy statement.
func readDeclaration(file string) (*record.Site, []string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, &Error{File: file, Message: "cannot be read: " + err.Error()}
	}
	var d declaration
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, nil, &Error{File: file, Line: lineOf(b, err), Message: "is no declaration: " + err.Error()}
	}
	doc, kind := d.privacy()
	if doc == nil {
		return nil, []string{"left out: it declares no " + strings.Join(privacyTerms, ", ")}, nil
	}
	var notes []string
	if doc.Fetch == "" && len(doc.Combine) > 0 {
		notes = append(notes, fmt.Sprintf("%s is combined from %d pages; only the first is watched", kind, len(doc.Combine)))
		outer := *doc
		doc = &doc.Combine[0]
		if len(doc.Select.Selectors)+doc.Select.Ranges == 0 {
			doc.Select = outer.Select
		}
		doc.Remove.Selectors = append(slices.Clone(outer.Remove.Selectors), doc.Remove.Selectors...)
	}
	u, err := url.Parse(doc.Fetch)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, notes, &Error{File: file, Message: fmt.Sprintf("%s: fetch: %q is not an address; write it as https://example.gov/privacy", kind, doc.Fetch)}
	}
	domain, err := Domain(u.Host)
	if err != nil {
		return nil, notes, &Error{File: file, Message: fmt.Sprintf("%s: fetch: %v", kind, err)}
	}
	if doc.Select.Ranges+doc.Remove.Ranges > 0 {
		notes = append(notes, fmt.Sprintf("%s is cut by ranges between elements, which are left out; the extractor finds the text by itself", kind))
	}
	if len(doc.Filter) > 0 {
		notes = append(notes, fmt.Sprintf("%s has filters, which are programs and are left out", kind))
	}
	s := &record.Site{Domain: domain, Name: d.Name, URL: doc.Fetch, Remove: doc.Remove.Selectors}
	if doc.Select.Ranges == 0 { // part of a selection would be less than the statement
		s.Select = strings.Join(doc.Select.Selectors, ", ")
	}
	return s, notes, nil
}

// privacy is the declared privacy statement, nil for none.
func (d declaration) privacy() (*declaredDoc, string) {
	for _, kind := range privacyTerms {
		for _, docs := range []map[string]declaredDoc{d.Terms, d.Documents} {
			if doc, ok := docs[kind]; ok {
				return &doc, kind
			}
		}
	}
	return nil, ""
}

// lineOf is the line that a JSON error is about, 0 where it does not say.
func lineOf(b []byte, err error) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(-1)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	if at < 0 || at > int64(len(b)) {
		return 0
	}
	return 1 + strings.Count(string(b[:at]), "\n")
}
