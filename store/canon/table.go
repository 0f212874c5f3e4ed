package canon

import (
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is one rule of the table: every character of From reads as To.
type Fold struct {
	// From lists the characters; To is what each becomes, "" for nothing.
	From, To string
	// Why is the reason, for whoever doubts the rule.
	Why string
}

// Folds returns the whole table. It is applied to lower-cased NFKC text; what
// NFKC does by itself is not repeated: presentation forms and lam-alef out of
// PDFs, full-width forms, superscripts, no-break spaces, composed accents (so
// that آ stays apart from ا however it was typed).
func Folds() []Fold { return slices.Clone(folds) }

// Letters that stay apart on purpose: آ and ا (آن "that", ان), ک and گ (کرد "did",
// گرد "round"), ے and the letters of Pashto and Kurdish that are words of their
// own (ې ێ ۆ), every Latin letter with its accent.
var folds = []Fold{
	{"يىئ", "ی", "one yeh: Arabic keyboards write ي or ى in Persian, Egypt writes ى for ي, and hamza on yeh is spelling only (آئین = آیین, چاہئے = چاہیے)"},
	{"كڪ", "ک", "one kaf: Arabic keyboards write ك in Persian"},
	{"ةهۀہۂۃەھ", "ه", "one heh: Persian pages hold Urdu ہ and ھ and the ezafe form ۀ, hurried Arabic writes ه for ة, older Kurdish writes ه for ە; costs Urdu the pair کہا/کھا"},
	{"أإٱ", "ا", "hamza on alef is left out as often as written; آ is another letter and stays"},
	{"ؤ", "و", "hamza on waw is spelling only (مسؤول = مسوول)"},
	{"ıİ", "i", "dotted and dotless i meet: lower-casing without knowing that a text is Turkish would part KIŞI, Kışı and KİŞİ from their own small letters"},
	{"ς", "σ", "final sigma is a shape, not a letter"},
	{"٠۰", "0", "Arabic-Indic and Persian digits"}, {"١۱", "1", "digit"}, {"٢۲", "2", "digit"}, {"٣۳", "3", "digit"}, {"٤۴", "4", "digit"},
	{"٥۵", "5", "digit"}, {"٦۶", "6", "digit"}, {"٧۷", "7", "digit"}, {"٨۸", "8", "digit"}, {"٩۹", "9", "digit"},
	{"،٬、", ",", "one comma; ٬ groups thousands"},
	{"؛", ";", "one semicolon"},
	{"؟", "?", "one question mark"},
	{"۔٫。", ".", "one full stop; ٫ is the decimal point"},
	{"٪", "%", "one percent sign"},
	{"⁄∕", "/", "one slash; NFKC writes ½ with U+2044"},
	{"«»“”„‟‹›″〝〞", "\"", "one double quote"},
	{"‘’‚‛′`´ʼʻ", "'", "one apostrophe and single quote"},
	{"‐‑‒–—―−⁃﹣", "-", "one dash"},
	{"✔☑✅", "✓", "a tick in a table cell says yes whatever its shape"},
	{"✘☒❌✖", "✗", "a cross in a table cell says no whatever its shape"},
	{"•⦁●▪◦·∙◆■□▫○‣⁌⁍❖➢➤►▶", " ", "bullets are markup"},
	{"\t\n\v\f\r\u0085\u2028\u2029\u1680", " ", "any white space is one space"},
	{"\u0640", "", "tatweel stretches a word and says nothing"},
	{"\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0656\u0657\u0658\u0659\u065a\u065b\u065c\u065d\u065e\u065f\u0670", "", "harakat are written or left out at will"},
	{"\u0653\u0654\u0655", "", "hamza and madda that NFC could not join to a letter (هٔ)"},
	{"\u0610\u0611\u0612\u0613\u0614\u0615\u0616\u0617\u0618\u0619\u061a\u06d6\u06d7\u06d8\u06d9\u06da\u06db\u06dc\u06dd\u06df\u06e0\u06e1\u06e2\u06e3\u06e4\u06e7\u06e8\u06ea\u06eb\u06ec\u06ed", "", "honorific and Quranic marks"},
	{"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f", "", "bidi controls steer the display only"},
	{"\u00ad\u200b\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u034f", "", "soft hyphen, zero-width space and joiner, BOM: invisible"},
	{"\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f", "", "variation selectors choose a glyph"},
}

// zwnj stays a character of its own until words are cut: between Arabic-script
// letters it parts two words or a word and its affix, elsewhere it is nothing.
const zwnj = '\u200c'

// What a table entry may say instead of a rune.
const (
	drop rune = -1 - iota // the character is nothing
	slow                  // ask norm: the character decomposes
)

// twoByte is the outcome for every rune up to U+07FF, which covers Latin,
// Greek, Cyrillic and Arabic; rare holds the rules for higher ones. Both are
// filled once and only read.
var twoByte, rare = fillTables()

func fillTables() (t [0x800]rune, m map[rune]rune) {
	m = make(map[rune]rune)
	for _, f := range folds {
		to := drop
		for _, r := range f.To {
			to = r
		}
		for _, r := range f.From {
			m[r] = to
		}
	}
	for r := range rune(len(t)) {
		if to, ok := m[r]; ok {
			t[r] = to
			continue
		}
		if n := norm.NFKC.String(string(r)); n != string(r) || r == 'ß' {
			t[r] = slow
			continue
		}
		t[r] = simple(r, m)
	}
	return t, m
}

// simple is the outcome for a rune that is its own NFKC form.
func simple(r rune, m map[rune]rune) rune {
	if to, ok := m[r]; ok {
		return to
	}
	if unicode.IsControl(r) || unicode.IsSpace(r) {
		return ' '
	}
	if !norm.NFKC.PropertiesString(string(r)).BoundaryBefore() {
		return drop // a mark that no letter took; kept, a second pass could compose it
	}
	l := unicode.ToLower(r)
	if to, ok := m[l]; ok {
		return to
	}
	return l
}
