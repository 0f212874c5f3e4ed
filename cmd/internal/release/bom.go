package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The part of CycloneDX 1.6 (ECMA-424) that a bill of Go modules needs.
type (
	bom struct {
		Format       string       `json:"bomFormat"`
		SpecVersion  string       `json:"specVersion"`
		Serial       string       `json:"serialNumber"`
		Version      int          `json:"version"`
		Metadata     metadata     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	metadata struct {
		Timestamp string    `json:"timestamp"`
		Component component `json:"component"`
	}
	component struct {
		Type       string        `json:"type"`
		Ref        string        `json:"bom-ref"`
		Name       string        `json:"name"`
		Version    string        `json:"version"`
		Scope      string        `json:"scope,omitempty"`
		Hashes     []hash        `json:"hashes,omitempty"`
		Licenses   []licenceName `json:"licenses,omitempty"`
		PURL       string        `json:"purl"`
		Properties []property    `json:"properties,omitempty"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	licenceName struct {
		License struct {
			ID   string `json:"id,omitempty"`
			Name string `json:"name,omitempty"`
		} `json:"license"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn"`
	}
)

// bom is the binary's bill of materials: the modules that are linked in, as the
// binary itself names them. Which of them needs which is not said: all are named
// as needed by the program.
func (b *binary) bom(version string, at time.Time) ([]byte, error) {
	sum := sha256.Sum256(b.content)
	program := component{
		Type: "application", Name: "policywatch", Version: version, PURL: purl("policywatch", version),
		Hashes:   []hash{{"SHA-256", fmt.Sprintf("%x", sum)}},
		Licenses: named("MIT"),
		Properties: []property{
			{"policywatch:go", b.goVersion}, {"policywatch:goos", b.goos}, {"policywatch:goarch", b.goarch},
		},
	}
	program.Ref = program.PURL
	out := bom{Format: "CycloneDX", SpecVersion: "1.6", Serial: "urn:uuid:" + uuid(sum), Version: 1,
		Metadata:   metadata{Timestamp: at.Format(time.RFC3339), Component: program},
		Components: []component{}}
	needs := dependency{Ref: program.Ref, DependsOn: []string{}}
	for _, m := range b.modules {
		c := component{Type: "library", Name: m.path, Version: m.version, Scope: "required", PURL: purl(m.path, m.version), Licenses: named(m.ids()...)}
		c.Ref = c.PURL
		if m.sum != "" {
			c.Properties = []property{{"policywatch:go.sum", m.sum}}
		}
		out.Components = append(out.Components, c)
		needs.DependsOn = append(needs.DependsOn, c.Ref)
	}
	out.Dependencies = []dependency{needs}
	var w bytes.Buffer
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(out)
	return w.Bytes(), err
}

// named makes a list of licences; terms that were not recognised are named as
// what they are.
func named(ids ...string) []licenceName {
	if len(ids) == 0 {
		var l licenceName
		l.License.Name = "see NOTICES"
		return []licenceName{l}
	}
	out := make([]licenceName, len(ids))
	for i, id := range ids {
		out[i].License.ID = id
	}
	return out
}

// purl is a package URL of the type golang, whose names are in lower case.
func purl(path, version string) string {
	return "pkg:golang/" + strings.ToLower(path) + "@" + url.QueryEscape(version)
}

// uuid makes a name of version 8 (RFC 9562) of a digest, so that the same binary
// has the same bill.
func uuid(sum [sha256.Size]byte) string {
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
