package section

import (
	"strconv"
	"strings"

	"policywatch/store/record"
)

// meaning says what a phrase helps to read besides topics.
type meaning uint8

const (
	ofTopic      meaning = iota
	ofMonth              // value: calendar ":" number
	ofUnit               // value: unit, number where the word has it (dual forms)
	ofNumber             // number
	ofUpdated            // the statement's last update follows
	ofEffective          // the day it takes effect follows
	ofInstrument         // a legal text; value: its id where the name is enough
	ofArticle            // a part of one
	ofDataItem           // value: the item's id
	ofThirdParty         // value: the recipient's id
	ofBody               // the first word of a public body's name
	ofLeftover           // what a template leaves behind
)

// addFactWords compiles what a lexicon knows for reading facts.
func (b *phraseBuilder) addFactWords(f record.FactWords) {
	add := func(m meaning, text, value string, number int) {
		b.add(phrase{text: text, means: m, value: value, number: number})
	}
	for _, name := range sortedKeys(f.Months) {
		for i, spellings := range f.Months[name] {
			for _, s := range strings.Split(spellings, "|") {
				add(ofMonth, s, name, i+1)
			}
		}
	}
	for _, unit := range sortedKeys(f.Units) {
		for _, s := range f.Units[unit] {
			word, n, _ := strings.Cut(s, "=")
			count, _ := strconv.Atoi(n)
			add(ofUnit, word, unit, count)
		}
	}
	for _, s := range sortedKeys(f.Numbers) {
		add(ofNumber, s, "", f.Numbers[s])
	}
	for _, s := range f.Updated {
		add(ofUpdated, s, "", 0)
	}
	for _, s := range f.Effective {
		add(ofEffective, s, "", 0)
	}
	for _, s := range f.Instruments {
		name, id, _ := strings.Cut(s, "=")
		add(ofInstrument, name, id, 0)
	}
	for _, s := range f.Articles {
		add(ofArticle, s, "", 0)
	}
	addByID(f.DataItems, func(id, s string) { add(ofDataItem, s, id, 0) })
	addByID(f.ThirdParties, func(id, s string) { add(ofThirdParty, s, id, 0) })
	for _, s := range f.Organisations {
		add(ofBody, s, "", 0)
	}
	for _, s := range f.Leftovers {
		add(ofLeftover, s, "", 0)
	}
}

func addByID(m map[string][]string, add func(id, s string)) {
	for _, id := range sortedKeys(m) {
		for _, s := range m[id] {
			add(id, s)
		}
	}
}
