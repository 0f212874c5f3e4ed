package record

// Profile is one legal norm as data: what it asks of a statement.
type Profile struct {
	ID    string            `yaml:"id"`
	Title map[string]string `yaml:"title"` // by language: en, fa, ar
	// About says what the profile covers and where its list is incomplete.
	About string `yaml:"about"`
	// Suffixes choose the profile by domain: ".gov.ir".
	Suffixes []string  `yaml:"suffixes"`
	Elements []Element `yaml:"elements"`
	// Citations are the norm's own number and date, to catch a statement that
	// cites it wrongly.
	Citations []Citation `yaml:"citations"`
}

// Element is one thing that the norm asks for.
type Element struct {
	ID    string            `yaml:"id"`
	Title map[string]string `yaml:"title"`
	// Citation names the place in the norm: "art. 13(1)(a)".
	Citation string `yaml:"citation"`
	// Cited is the same in other languages, where the norm is read in them.
	Cited map[string]string `yaml:"cited"`
	// Must is false for what the norm only recommends.
	Must bool `yaml:"must"`
	// Unread marks a citation that was not checked against a stored source.
	Unread bool `yaml:"unread"`
	// Any lists topics of which one is enough; All lists those needed together.
	Any []Topic `yaml:"any"`
	All []Topic `yaml:"all"`
	// Facts lists kinds of fact of which one is enough, on top of the topics.
	Facts []FactKind `yaml:"facts"`
	// Words lists, by language, phrases of which one must stand in a section
	// that carries the topics (or anywhere, when no topics are given).
	Words map[string][]string `yaml:"words"`
}

// Citation is a norm's identity as statements cite it.
type Citation struct {
	Number string `yaml:"number"`
	// Date is ISO and Gregorian; Written is the date as the norm writes it.
	Date    string `yaml:"date"`
	Written string `yaml:"written"`
}

// Status is a verdict on one element.
type Status string

// The verdicts. StatusUnknown means that we could not look; it never means no.
const (
	StatusPresent Status = "present"
	StatusAbsent  Status = "absent"
	StatusUnknown Status = "unknown"
)

// FutureDate is the ID of the observation among the findings of a statement that
// dates its last update in the future.
const FutureDate = "date.future"

// Finding is one element's verdict on a document.
type Finding struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Citation string    `json:"citation"`
	Must     bool      `json:"must"`
	Status   Status    `json:"status"`
	Topics   []Topic   `json:"topics"`
	Evidence *Evidence `json:"evidence"`
	Reason   string    `json:"reason"`
	// Told is the reason as data. One that is present may have none: its evidence shows
	// why.
	Told []Sentence `json:"-"`
}

// Evidence is where a document shows an element.
type Evidence struct {
	Quote   string `json:"quote"`   // verbatim
	Section string `json:"section"` // heading it stands under
}
