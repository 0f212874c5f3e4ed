package extract

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// tongue is one language as the detector sees it.
type tongue struct {
	lang, dir string
}

// vote is one language that a word speaks for, and how strongly: a word that
// three languages use says a third as much for each.
type vote struct {
	tongue int
	weight float64
}

// votes are what one spelling says of a text's language.
type votes struct {
	function []vote
	// subject is the one language, plus one, whose statements use the word: a word
	// of privacy, which two languages never have in common without being told.
	subject int
}

const (
	// A letter says less than a word: loan words and names carry foreign
	// letters, and Persian is often typed on Arabic keyboards.
	letterWeight = 0.15
	// leastScore is what one function word or a handful of letters reach.
	leastScore = 0.25
	// In a text of enoughWords words, fewer than leastShare of the score mean
	// that it is a neighbour: Portuguese shows Spanish words, Pashto Arabic ones.
	enoughWords = 15
	leastShare  = 0.18
	// sampleRunes bounds the work on long texts; the language of a statement
	// shows in its first thousand words.
	sampleRunes = 8000
	// maxTongues is how many languages the detector can hold.
	maxTongues = 32
	// leastTogether is the share that function words and, twice as weighty, the
	// words of one language's statements reach together where the former leave room
	// for a doubt. A neighbour shares small words and has its own for the subject.
	leastTogether = 0.27
	// shortestSubject is how many bytes such a word has at least.
	shortestSubject = 5
)

func (r *Reader) learnLanguages(lex []record.Lexicon) {
	users := map[string][]int{}
	for i, l := range lex[:min(len(lex), maxTongues)] {
		r.tongues = append(r.tongues, tongue{lang: l.Lang, dir: l.Dir})
		for _, c := range l.Letters {
			if int(c) < len(r.letters) {
				r.letters[c] |= 1 << i
			}
		}
		for _, w := range l.FunctionWords {
			if k := key(w); k != "" {
				users[k] = append(users[k], i)
			}
		}
	}
	r.known = make(map[string]votes, len(users))
	for w, us := range users {
		var v votes
		for _, u := range us {
			v.function = append(v.function, vote{u, 1 / float64(len(us))})
		}
		r.known[w] = v
	}
	subjects := map[string]int{}
	for i, l := range lex[:min(len(lex), maxTongues)] {
		for _, phrase := range l.Pages.Privacy {
			for w := range strings.FieldsSeq(key(phrase)) {
				switch had := subjects[w]; {
				case len(w) < shortestSubject || len(users[w]) > 0:
				case had == 0:
					subjects[w] = i + 1
				case had != i+1:
					subjects[w] = -1
				}
			}
		}
	}
	for w, s := range subjects {
		if s > 0 {
			r.known[w] = votes{subject: s}
		}
	}
}

// census is what the detector has counted of a text so far.
type census struct {
	scores      [maxTongues]float64
	subjects    [maxTongues]int
	rtl, ltr, n int
	words       int
	word        [64]byte
}

// Language tells the language of a text by its function words and by letters
// that neighbouring languages do not use, where these are few by the words of
// its privacy statements, and its direction by the script of
// most of its letters. lang is "" when no known language speaks for itself;
// dir is always "rtl" or "ltr".
func (r *Reader) Language(text string) (lang, dir string) {
	var c census
	r.count(&c, text)
	return r.verdict(&c)
}

// count adds a text to c; false means that it has seen enough.
func (r *Reader) count(k *census, text string) bool {
	word := k.word[:0]
	flush := func() {
		if len(word) > 0 {
			k.words++
			v := r.known[string(word)]
			for _, f := range v.function {
				k.scores[f.tongue] += f.weight
			}
			if v.subject > 0 {
				k.subjects[v.subject-1]++
			}
			word = word[:0]
		}
	}
	for _, c := range text {
		if k.n++; k.n > sampleRunes {
			return false
		}
		if c < utf8.RuneSelf {
			switch {
			case c >= 'a' && c <= 'z':
				k.ltr++
				word = append(word, byte(c))
			case c >= 'A' && c <= 'Z':
				k.ltr++
				word = append(word, byte(c)+'a'-'A')
			default:
				flush()
			}
			continue
		}
		if !wordRune(c) {
			flush()
			continue
		}
		if rightToLeft(c) {
			k.rtl++
		} else if isLetter(c) {
			k.ltr++
		}
		if int(c) < len(r.letters) {
			for m := r.letters[c]; m != 0; m &= m - 1 {
				k.scores[bits.TrailingZeros32(m)] += letterWeight
			}
		}
		word = appendKey(word, c)
	}
	flush()
	return true
}

// verdict names the language that most of the text speaks for.
func (r *Reader) verdict(k *census) (lang, dir string) {
	dir = "ltr"
	if k.rtl > k.ltr {
		dir = "rtl"
	}
	best := -1
	for i := range r.tongues {
		if s := k.scores[i]; s >= leastScore && r.tongues[i].dir == dir && (best < 0 || s > k.scores[best]) {
			best = i
		}
	}
	if best >= 0 && (k.words < enoughWords || k.scores[best] >= leastShare*float64(k.words)) {
		return r.tongues[best].lang, dir
	}
	// A legal style has few small words, a heading none; a language that only has
	// some words of a known one does not speak of the subject in that one's words.
	most := -1
	for i := range r.tongues {
		if n := k.subjects[i]; n > 0 && r.tongues[i].dir == dir && (most < 0 || n > k.subjects[most]) {
			most = i
		}
	}
	if most >= 0 && (best < 0 || most == best) && k.scores[most]+2*float64(k.subjects[most]) >= leastTogether*float64(k.words) {
		return r.tongues[most].lang, dir
	}
	return "", dir
}

// enoughSaid is how many words a block must have before its language is doubted:
// fewer are a name or a loan.
const enoughSaid = 12

// strangerSample is how many bytes of a block are heard: its language shows in
// its first two dozen words, and every visit pays for this.
const strangerSample = 240

// strangers marks the blocks that are in another language than the document or
// run the other way, as a clause quoted from a foreign law.
func (r *Reader) strangers(doc *record.Document) {
	for i := range doc.Blocks {
		b := &doc.Blocks[i]
		if len(b.Text) < enoughSaid {
			continue
		}
		head := b.Text[:min(len(b.Text), strangerSample)]
		if len(head) < len(b.Text) { // not the half of a word
			head = head[:strings.LastIndexByte(head, ' ')+1]
		}
		var c census
		r.count(&c, head)
		lang, dir := r.verdict(&c)
		if dir != doc.Dir && c.rtl+c.ltr > 0 {
			b.Dir = dir
			if c.words >= 3 {
				b.Lang = lang
			}
		} else if lang != "" && lang != doc.Lang && c.words >= enoughSaid {
			b.Lang = lang
		}
	}
}

// rightToLeft reports whether a letter belongs to a right-to-left script.
func rightToLeft(c rune) bool {
	return c >= 0x0590 && c <= 0x08FF || c >= 0xFB1D && c <= 0xFDFF || c >= 0xFE70 && c <= 0xFEFC || c >= 0x10800 && c <= 0x10FFF || c >= 0x1E800 && c <= 0x1EFFF
}
