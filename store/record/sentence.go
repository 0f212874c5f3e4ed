package record

import (
	"fmt"
	"strconv"
	"time"
)

// Sentence is one sentence of a reason as data: what is said, by the key of a
// phrase, and what it is said of. It is put into words in each reader's language
// (store/speech), so that an alert can be read in another language than the one
// the archive was written in, also years later.
type Sentence struct {
	// Key names the phrase in the phrasebooks.
	Key string
	// Values fill the phrase in its order. The first number among them, or else
	// the length of the first list, chooses the plural form.
	Values []Value
}

// ValueKind says how a value is put into words.
type ValueKind string

// The kinds of value.
const (
	ValueText     ValueKind = "text"     // as it stands: an address, a number of the statement
	ValueQuote    ValueKind = "quote"    // words of the statement, to stand in quotation marks
	ValueTopic    ValueKind = "topic"    // what the statement speaks of
	ValueNumber   ValueKind = "number"   // our own, in the language's digits
	ValuePercent  ValueKind = "percent"  // the same, of a hundred
	ValueDate     ValueKind = "date"     // a day, stored as 2017-02-16
	ValueDuration ValueKind = "duration" // stored as ISO 8601 has it: PT10M
	ValueLanguage ValueKind = "language" // stored as its code
	ValueFault    ValueKind = "fault"    // why a visit failed: a FaultKind
	ValueElement  ValueKind = "element"  // what a profile asks for
	ValueClause   ValueKind = "clause"   // a part of a sentence that is a phrase of its own
)

// Value is one value of a sentence, or a list of them.
type Value struct {
	Kind ValueKind
	// Texts are the values of every kind but the three below.
	Texts []string
	// More counts values of a long list that were left out.
	More int
	// Dir is the direction of quotes, "rtl" or "ltr", empty when unknown.
	Dir      string
	Number   int
	Elements []ElementName
	Clauses  []Clause
}

// Clause is a part of a sentence that is a phrase of its own, as each item of
// "3 passages were removed and 2 added".
type Clause struct {
	Key string
	// Number is what the clause counts; 0 when its phrase takes no value.
	Number int
}

// ElementName names an element of a profile in every language that the profile
// has, so that the sentence outlives the profile's next edition.
type ElementName struct {
	ID string
	// Title and Citation are by language; "en" is always there, if perhaps empty.
	Title, Citation map[string]string
}

// Say makes a sentence.
func Say(key string, values ...Value) Sentence { return Sentence{key, values} }

// Text is a value that stands as it is.
func Text(texts ...string) Value { return Value{Kind: ValueText, Texts: texts} }

// Quote is words of a statement that runs in dir.
func Quote(dir string, texts ...string) Value {
	return Value{Kind: ValueQuote, Texts: texts, Dir: dir}
}

// Count is a number of ours.
func Count(n int) Value { return Value{Kind: ValueNumber, Number: n} }

// Clauses is phrases within a sentence.
func Clauses(parts ...Clause) Value { return Value{Kind: ValueClause, Clauses: parts} }

// Date is a day as FactDate has it.
func Date(iso string) Value { return Value{Kind: ValueDate, Texts: []string{iso}} }

// Duration is a span of time, in days, hours and minutes; in seconds only below a
// minute, for nobody counts a day and three seconds.
func Duration(d time.Duration) Value {
	return Value{Kind: ValueDuration, Texts: []string{isoDuration(d)}}
}

func isoDuration(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("PT%dS", int(d.Seconds()))
	}
	out := "P"
	if days := int(d.Hours()) / 24; days > 0 {
		out += strconv.Itoa(days) + "D"
	}
	clock := ""
	if h := int(d.Hours()) % 24; h > 0 {
		clock += strconv.Itoa(h) + "H"
	}
	if m := int(d.Minutes()) % 60; m > 0 {
		clock += strconv.Itoa(m) + "M"
	}
	if clock != "" {
		out += "T" + clock
	}
	return out
}

// About is topics as a sentence speaks of them.
func About(topics ...Topic) Value {
	v := Value{Kind: ValueTopic}
	for _, t := range topics {
		v.Texts = append(v.Texts, string(t))
	}
	return v
}

// AtMost shortens a list that is longer than n values. One value alone is never
// left out: to name it takes no more room than to count it.
func (v Value) AtMost(n int) Value {
	if len(v.Texts) > n+1 {
		v.More += len(v.Texts) - n
		v.Texts = v.Texts[:n:n]
	}
	if len(v.Elements) > n+1 {
		v.More += len(v.Elements) - n
		v.Elements = v.Elements[:n:n]
	}
	return v
}

// Len is how many things the value stands for.
func (v Value) Len() int {
	switch v.Kind {
	case ValueNumber, ValuePercent:
		return v.Number
	}
	return len(v.Texts) + len(v.Elements) + len(v.Clauses) + v.More
}
