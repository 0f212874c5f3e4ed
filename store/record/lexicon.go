package record

// Lexicon is what the program knows of one language, as data: how its
// statements are called and linked, which words tell a topic, what a login page
// says, how it writes dates and denies things. One file a language.
//
// All phrases are written as people write them; whoever matches them brings
// both sides into canonical form first (store/canon).
type Lexicon struct {
	// Lang is the ISO 639 code; Name is the language's name in itself.
	Lang string `yaml:"lang"`
	Name string `yaml:"name"`
	// Dir is "rtl" or "ltr".
	Dir string `yaml:"dir"`
	// FunctionWords are frequent small words that tell the language apart;
	// Letters are letters that its script neighbours do not use.
	FunctionWords []string `yaml:"function_words"`
	Letters       string   `yaml:"letters"`

	Links     LinkWords           `yaml:"links"`
	Pages     PageWords           `yaml:"pages"`
	Furniture FurnitureWords      `yaml:"furniture"`
	Topics    map[Topic]TopicWord `yaml:"topics"`
	Polarity  PolarityWords       `yaml:"polarity"`
	Facts     FactWords           `yaml:"facts"`
	// Clauses are the words that number the parts of a text.
	Clauses ClauseWords `yaml:"clauses"`
	// Words are classes of words that phrases name by "<class>": all the verbs of
	// giving, all the words for data. A class may name others.
	Words map[string][]string `yaml:"words"`
}

// ClauseWords number the parts of a text in words. They stand before a heading
// and say nothing of what is under it. Entries are whole words, without signs.
type ClauseWords struct {
	// Labels stand beside a number: Article 4, المادة (٣), بخش دوم, 2. Bölüm.
	Labels []string `yaml:"labels"`
	// Ordinals number beside a label, or alone with a mark behind them: first,
	// أولاً, نخست.
	Ordinals []string `yaml:"ordinals"`
}

// LinkWords find the statement's page.
type LinkWords struct {
	// Statement weighs link texts and titles that name a privacy statement.
	Statement map[string]float64 `yaml:"statement"`
	// Hubs are pages that often lead there: about, terms, help.
	Hubs map[string]float64 `yaml:"hubs"`
	// Not are words that show a link to be something else (news, a law's text).
	Not []string `yaml:"not"`
	// Paths are usual addresses, from the site's root.
	Paths []string `yaml:"paths"`
	// Names are what language switches call the language: in itself, in others,
	// and as codes. Domains are the last labels of host names ("ir") whose sites
	// speak it first.
	Names   []string `yaml:"names"`
	Domains []string `yaml:"domains"`
}

// PageWords tell pages that are not statements. Each list holds phrases as
// such pages write them.
type PageWords struct {
	Blocked     []string `yaml:"blocked"`
	Login       []string `yaml:"login"`
	Consent     []string `yaml:"consent"`
	NotFound    []string `yaml:"not_found"`
	Error       []string `yaml:"error"`
	Maintenance []string `yaml:"maintenance"`
	Loading     []string `yaml:"loading"`
	NeedsScript []string `yaml:"needs_script"`
	// Privacy are words that any privacy statement uses.
	Privacy []string `yaml:"privacy"`
}

// FurnitureWords are beginnings of lines that belong to the page, not to the
// statement.
type FurnitureWords struct {
	Skip []string `yaml:"skip"` // skip links, back and print links
	// Actions are words on links and buttons (log in, print, read more): they
	// may be a heading of the statement where they are neither.
	Actions  []string `yaml:"actions"`
	Share    []string `yaml:"share"`   // share bars
	Counter  []string `yaml:"counter"` // visitors, views, rating
	Today    []string `yaml:"today"`   // date and clock of the day
	News     []string `yaml:"news"`    // headings of news and related lists
	Weekdays []string `yaml:"weekdays"`
	Rights   []string `yaml:"rights"` // copyright lines
	// LeadIns mark a line that introduces a list and is no heading, although it
	// ends in a colon: following, زیر, التالية.
	LeadIns []string `yaml:"lead_ins"`
	// OtherTexts are names of legal texts that stand beside a statement on one
	// page and are none: terms of use, copyright, data processing agreement.
	OtherTexts []string `yaml:"other_texts"`
	// Openings are formulas that open a text and are no heading.
	Openings []string `yaml:"openings"`
}

// TopicWord lists the weighted phrases of one topic. A phrase of weight 1 says
// the topic by itself, lighter ones add up. Phrases may use signs: "word*" any
// ending, "#" any number, "@" any e-mail address, "_" any word, "(a|b|)" a choice, "a … b" b soon after a
// in the same sentence, "a ~ b" both in either order, "<class>" any of a class of
// Words, "= heading" the whole heading.
type TopicWord struct {
	Heading map[string]float64 `yaml:"heading"`
	Body    map[string]float64 `yaml:"body"`
}

// PolarityWords tell a sentence from its denial and a duty from a possibility.
type PolarityWords struct {
	// Negators are whole words: not, بدون, لا.
	Negators []string `yaml:"negators"`
	// Neutral are phrases that hold such a word and turn nothing round: not only,
	// whether or not, لا سيما.
	Neutral []string `yaml:"neutral"`
	// VerbPrefixes negate the word that they begin: نمی, ن. Stems limits prefixes
	// of one letter to words that go on with one of these stems; empty means any
	// word.
	VerbPrefixes []string `yaml:"verb_prefixes"`
	Stems        []string `yaml:"stems"`
	// Infixes negate inside a word, as in Turkish -mıyor.
	Infixes []string `yaml:"infixes"`
	// Exceptions narrow a statement: unless, مگر, إلا.
	Exceptions []string `yaml:"exceptions"`
	// Duty and Maybe are the two sides of an obligation: will and may.
	Duty  []string `yaml:"duty"`
	Maybe []string `yaml:"maybe"`
	// Qualifiers bound or guard what a sentence says: only, with your consent,
	// encrypted. Whoever takes one out changes what a promise is worth, without
	// turning it round. "encrypt*" is any word that begins so.
	Qualifiers []string `yaml:"qualifiers"`
	// Joins stand between the parts of a list, which may change places: and, or.
	Joins []string `yaml:"joins"`
}

// FactWords help to read values out of a text.
type FactWords struct {
	// Months by calendar ("gregorian", "jalali", "hijri"), the first month
	// first; spellings of one month are separated by "|".
	Months map[string][]string `yaml:"months"`
	// Updated and Effective are the words before the statement's own dates.
	Updated   []string `yaml:"updated"`
	Effective []string `yaml:"effective"`
	// Units by name: day, week, month, year, hour, minute; any other name
	// (percent, riyal) measures an amount. A dual form says so: "سنتين=2".
	Units map[string][]string `yaml:"units"`
	// Numbers are numerals in words.
	Numbers map[string]int `yaml:"numbers"`
	// Instruments are names of legal texts, Articles of their parts. A text
	// that is known by its name carries an id: "Privacy Act=privacy-act".
	Instruments []string `yaml:"instruments"`
	Articles    []string `yaml:"articles"`
	// DataItems by a stable id: national_id, birth_date, postcode, mobile.
	DataItems map[string][]string `yaml:"data_items"`
	// ThirdParties are well-known recipients by a stable id (google_analytics),
	// Organisations the words that a public body's name begins with.
	ThirdParties  map[string][]string `yaml:"third_parties"`
	Organisations []string            `yaml:"organisations"`
	// Leftovers are what a template leaves behind when nobody fills it in.
	Leftovers []string `yaml:"leftovers"`
}

// Phrasebook is how the program speaks one language to people: faults,
// severities, topics and the fixed phrases of reports.
type Phrasebook struct {
	Lang       string               `yaml:"lang"`
	Dir        string               `yaml:"dir"`
	Faults     map[FaultKind]string `yaml:"faults"`
	Severities map[Severity]string  `yaml:"severities"`
	Classes    map[Class]string     `yaml:"classes"`
	Topics     map[Topic]string     `yaml:"topics"`
	// Phrases are the words of reports by key; values may hold %s in the
	// order that the English value has them.
	Phrases map[string]string `yaml:"phrases"`
}
