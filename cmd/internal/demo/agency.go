package demo

import "policywatch/store/record"

// Agency is one fictional government body and its website.
type Agency struct {
	// Slug names the agency in tests and in Requests.
	Slug string
	// Name is what the agency calls itself, in its own language.
	Name string
	// Lang is the ISO 639 code of its statement; Profile is the norm that
	// applies to it.
	Lang, Profile string
	// Form says in a few English words what kind of page the statement is.
	Form string
	// Host is where the site answers: address and port, ready to be used as
	// record.Site.Domain with the scheme http.
	Host string
	// Story is one English line: what happens to the site at epoch 1.
	Story string
	// Expect is what a scan at epoch 1 should say, after one at epoch 0.
	Expect Expectation
}

// URL is the address of the agency's home page.
func (a Agency) URL() string { return "http://" + a.Host + "/" }

// Turn is what happens to a site at one epoch.
type Turn struct {
	Story  string
	Expect Expectation
}

// Expectation is what a scan should conclude about a site, given that it also
// scanned at every epoch before.
type Expectation struct {
	// State is the site's state in the words of a scan's output: new,
	// unchanged, changed, returned, pending or fault.
	State string
	// Fault is the kind of fault where State is fault.
	Fault record.FaultKind
	// Class is that of the change of words; ClassNone where there is none.
	Class record.Class
	// Severity is the least that the change must be given.
	Severity record.Severity
	// Topics are those that the change must name as dropped, added or altered.
	Topics []record.Topic
	// Event is what people must be told; empty means silence.
	Event record.EventType
}

// Alert reports whether anybody should be told.
func (e Expectation) Alert() bool { return e.Event != "" }
