package diff_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"policywatch/configs"
	"policywatch/diff"
	"policywatch/diff/section"
	"policywatch/store/record"
	"policywatch/store/speech"
)

// read makes a labelled document of a small notation: "# heading", "- item",
// "| row", other lines are paragraphs, [words](address) is a link.
func read(tb testing.TB, lang, text string) *record.Document {
	tb.Helper()
	d := notation(lang, text)
	labeller().Label(d)
	return d
}

// notation reads the notation without judging the sections.
func notation(lang, text string) *record.Document {
	d := &record.Document{Lang: lang, Dir: "ltr", Extractor: "test"}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		b := record.Block{Kind: record.Paragraph}
		switch {
		case line == "":
			continue
		case strings.HasPrefix(line, "# "):
			b.Kind, b.Level, line = record.Heading, 2, line[2:]
		case strings.HasPrefix(line, "- "):
			b.Kind, b.Level, line = record.Item, 1, line[2:]
		case strings.HasPrefix(line, "| "):
			b.Kind, line = record.Row, line[2:]
		}
		for {
			before, rest, ok := strings.Cut(line, "[")
			label, rest, ok2 := strings.Cut(rest, "](")
			url, after, ok3 := strings.Cut(rest, ")")
			if !ok || !ok2 || !ok3 {
				break
			}
			b.Links = append(b.Links, record.Link{Text: label, URL: url})
			line = before + label + after
		}
		b.Text = line
		d.Blocks = append(d.Blocks, b)
	}
	if len(d.Blocks) > 0 && d.Blocks[0].Kind == record.Heading {
		d.Title = d.Blocks[0].Text
	}
	return d
}

// lexicons and comparerOnce are read once: they never change.
var lexicons = sync.OnceValue(func() []record.Lexicon {
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		panic(err)
	}
	return lex
})

var voices = sync.OnceValue(func() speech.Voices {
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		panic(err)
	}
	return speech.New(books)
})

var labeller = sync.OnceValue(func() *section.Reader { return section.New(lexicons()) })

var comparerOnce = sync.OnceValue(func() *diff.Comparer { return diff.New(lexicons(), voices().In("en")) })

func comparer(testing.TB) *diff.Comparer { return comparerOnce() }

func compare(tb testing.TB, lang, old, new string) record.Change {
	tb.Helper()
	return comparer(tb).Compare(diff.Side{Document: read(tb, lang, old)}, diff.Side{Document: read(tb, lang, new)})
}

const english = `# Privacy statement
This statement explains how the River Agency handles personal data.
# What we collect
We collect your name and your e-mail address when you register. The server writes your IP address into a log.
# Retention
We keep personal data for 6 months. After that the data are deleted.
# Sharing
We do not share personal data with third parties. We will tell you before anything changes here.
# Contact
Write to privacy@river.example with questions about your personal data.
`

const persian = `# بیانیه حریم خصوصی
این بیانیه توضیح می‌دهد که سازمان رودخانه با اطلاعات شخصی کاربران چه می‌کند.
# جمع‌آوری اطلاعات
نام و نشانی رایانامهٔ شما هنگام ثبت‌نام جمع‌آوری می‌شود. نشانی آی‌پی شما در کارساز ثبت می‌شود.
# نگهداری اطلاعات
اطلاعات شخصی به مدت ۶ ماه نگهداری می‌شود. پس از آن، اطلاعات پاک می‌شود.
# اشتراک‌گذاری اطلاعات
این سازمان اطلاعات شخصی کاربران را به اشخاص ثالث نمی‌فروشد. سازمان متعهد است کاربران را از هر تغییر آگاه کند.
# تماس با ما
پرسش‌های خود دربارهٔ اطلاعات شخصی را به privacy@river.example بفرستید.
`

const arabic = `# بيان الخصوصية
يوضح هذا البيان كيف تتعامل هيئة النهر مع البيانات الشخصية للمستخدمين.
# جمع البيانات
نجمع الاسم والبريد الإلكتروني عند التسجيل. يسجل الخادم عنوان بروتوكول الإنترنت الخاص بك.
# الاحتفاظ بالبيانات
نحتفظ بالبيانات الشخصية لمدة 6 أشهر. بعد ذلك يتم حذف البيانات.
# مشاركة البيانات
لا نشارك البيانات الشخصية مع أي طرف ثالث. نلتزم بإبلاغ المستخدمين بأي تغيير.
# اتصل بنا
أرسل أسئلتك حول البيانات الشخصية إلى privacy@river.example في أي وقت.
`

// edit replaces and insists that there was something to replace.
func edit(tb testing.TB, text, old, new string) string {
	tb.Helper()
	if !strings.Contains(text, old) {
		tb.Fatalf("%q is not in the text", old)
	}
	return strings.Replace(text, old, new, 1)
}

func TestClasses(t *testing.T) {
	for _, c := range []struct {
		name, lang, old, from, to string
		class                     record.Class
		severity                  record.Severity
		says                      string // in the reason
	}{
		{"equal", "en", english, "", "", record.ClassNone, record.SeverityNone, "equal"},
		// D4
		{"typography", "en", english, "e-mail address when", "e\u2010mail\u00a0 address, when", record.ClassCosmetic, record.SeverityInfo, "words are the same"},
		{"Arabic letters in Persian", "fa", persian, "شخصی کاربران را", "شخصي كاربران را", record.ClassCosmetic, record.SeverityInfo, ""},
		{"joiners", "fa", persian, "جمع‌آوری می‌شود", "جمعآوری می شود", record.ClassCosmetic, record.SeverityInfo, ""},
		{"a number", "en", english, "6 months", "18 months", record.ClassSubstantive, record.SeverityMajor, "18"},
		{"a number in Persian digits", "fa", persian, "۶ ماه", "۱۸ ماه", record.ClassSubstantive, record.SeverityMajor, "۱۸"},
		{"a denial", "en", english, "do not share", "share", record.ClassSubstantive, record.SeverityMajor, "turned round"},
		{"a Persian denial", "fa", persian, "نمی‌فروشد", "می‌فروشد", record.ClassSubstantive, record.SeverityMajor, "turned round"},
		{"an Arabic denial", "ar", arabic, "لا نشارك", "نشارك", record.ClassSubstantive, record.SeverityMajor, "turned round"},
		{"a duty", "en", english, "We will tell", "We may tell", record.ClassSubstantive, record.SeverityMajor, "promise"},
		{"a Persian duty", "fa", persian, "متعهد است", "ممکن است", record.ClassSubstantive, record.SeverityMajor, "promise"},
		{"an Arabic duty", "ar", arabic, "نلتزم بإبلاغ", "قد نقوم بإبلاغ", record.ClassSubstantive, record.SeverityMajor, "promise"},
		{"an e-mail address", "en", english, "privacy@river", "office@river", record.ClassSubstantive, record.SeverityMajor, "office@river"},
		{"a sentence less", "en", english, " After that the data are deleted.", "", record.ClassSubstantive, record.SeverityMajor, "removed"},
		{"a sentence more", "en", english, "# Sharing", "We also keep backups of personal data.\n# Sharing", record.ClassSubstantive, record.SeverityMajor, "added"},
		{"wording", "en", english, "with questions about", "with any questions about", record.ClassMinor, record.SeverityMinor, "reworded"},
		// D8
		{"a section less", "en", english, "# Retention\nWe keep personal data for 6 months. After that the data are deleted.\n", "", record.ClassSectionDropped, record.SeverityMajor, "“Retention” was removed"},
		{"a Persian section less", "fa", persian, "# نگهداری اطلاعات\nاطلاعات شخصی به مدت ۶ ماه نگهداری می‌شود. پس از آن، اطلاعات پاک می‌شود.\n", "", record.ClassSectionDropped, record.SeverityMajor, "نگهداری"},
		{"a section more", "en", english, "# Contact", "# Cookies\nWe use cookies to keep you logged in. A cookie is deleted when you leave.\n# Contact", record.ClassSectionAdded, record.SeverityMajor, "“Cookies” was added"},
		{"a heading renamed", "en", english, "# Retention", "# How long we keep data", record.ClassMinor, record.SeverityMinor, "“Retention” is now called “How long we keep data”"},
		{"a heading numbered", "en", english, "# Retention", "# 3. Retention", record.ClassCosmetic, record.SeverityInfo, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ch := compare(t, c.lang, c.old, edit(t, c.old, c.from, c.to))
			if ch.Class != c.class || ch.Severity != c.severity || !strings.Contains(ch.Reason, c.says) {
				t.Errorf("%s, %s: %s\nwant %s, %s: … %s …", ch.Class, ch.Severity, ch.Reason, c.class, c.severity, c.says)
			}
		})
	}
}

// D8: a section on retention that also says what is collected and logged takes
// nothing of the sections on collecting with it.
func TestDroppedTopicsOfOtherSectionsStay(t *testing.T) {
	const gone = "# Retention\nWe keep the personal data that you give us when you register for 6 months. The IP address that the server writes into its log files automatically is deleted after 30 days.\n"
	with := edit(t, english, "# Sharing", "# Information collected automatically\nThe server log records your IP address, browser type and the time of each visit automatically.\n"+gone+"# Sharing")
	with = edit(t, with, "# Retention\nWe keep personal data for 6 months. After that the data are deleted.\n", "")
	if ch := compare(t, "en", with, edit(t, with, gone, "")); !slices.Equal(ch.Dropped, []record.Topic{record.Retention}) {
		t.Errorf("dropped %v: %s", ch.Dropped, ch.Reason)
	}
}

func TestDroppedTopicIsNamed(t *testing.T) {
	ch := compare(t, "en", english, edit(t, english, "# Retention\nWe keep personal data for 6 months. After that the data are deleted.\n", ""))
	if !slices.Contains(ch.Dropped, record.Retention) {
		t.Errorf("dropped %v", ch.Dropped)
	}
	back := compare(t, "en", edit(t, english, "# Retention\nWe keep personal data for 6 months. After that the data are deleted.\n", ""), english)
	if !slices.Contains(back.Added, record.Retention) {
		t.Errorf("added %v", back.Added)
	}
}

// A section whose text stands elsewhere was not dropped.
func TestMergedAndMovedSectionsAreNotDropped(t *testing.T) {
	section := "# Retention\nWe keep personal data for 6 months. After that the data are deleted.\n"
	body := "We keep personal data for 6 months. After that the data are deleted.\n"
	without := edit(t, english, section, "")
	for name, new := range map[string]string{
		"merged":                  edit(t, without, "# Contact", body+"# Contact"),
		"merged into a paragraph": edit(t, without, "into a log.", "into a log. "+strings.TrimSpace(body)),
		"moved":                   without + section,
		"split":                   edit(t, english, "After that the data", "\n# Deletion\nAfter that the data"),
	} {
		ch := compare(t, "en", english, new)
		if len(ch.Dropped) > 0 || ch.Class == record.ClassSectionDropped || ch.Severity.AtLeast(record.SeverityMajor) {
			t.Errorf("%s: %s %s, dropped %v: %s", name, ch.Class, ch.Severity, ch.Dropped, ch.Reason)
		}
	}
	if ch := compare(t, "en", english, edit(t, without, "# Contact", body+"# Contact")); !strings.Contains(ch.Reason, "“Retention” became part of “Sharing”") {
		t.Errorf("merged: %s", ch.Reason)
	}
	if ch := compare(t, "en", english, without+section); ch.Class != record.ClassMoved || ch.Severity != record.SeverityInfo {
		t.Errorf("moved: %s %s: %s", ch.Class, ch.Severity, ch.Reason)
	}
}

// D5
func TestReorderedListIsMoved(t *testing.T) {
	list := "- your name\n- your national number\n- your postal address\n"
	old := edit(t, english, "# Retention", list+"# Retention")
	new := edit(t, english, "# Retention", "- your postal address\n- your name\n- your national number\n# Retention")
	if ch := compare(t, "en", old, new); ch.Class != record.ClassMoved {
		t.Errorf("%s: %s", ch.Class, ch.Reason)
	}
}

// D2
func TestLinksApartFromWords(t *testing.T) {
	old := edit(t, english, "# Contact", "See [our form](https://river.example/form?sid=1).\n# Contact")
	new := edit(t, english, "# Contact", "See [our form](https://river.example/form?sid=2).\n# Contact")
	if ch := compare(t, "en", old, new); ch.Class != record.ClassLinks || ch.Severity != record.SeverityInfo {
		t.Errorf("%s %s: %s", ch.Class, ch.Severity, ch.Reason)
	}
}

// D6
func TestOtherExtractorIsRefused(t *testing.T) {
	a, b := read(t, "en", english), read(t, "en", edit(t, english, "6 months", "9 months"))
	b.Extractor = "other"
	if ch := comparer(t).Compare(diff.Side{Document: a}, diff.Side{Document: b}); ch.Class != record.ClassNone || !strings.Contains(ch.Reason, "extractor") {
		t.Errorf("%s: %s", ch.Class, ch.Reason)
	}
}

func TestRequiredElementLost(t *testing.T) {
	old := read(t, "en", english)
	new := read(t, "en", edit(t, english, "# Retention\nWe keep personal data for 6 months. After that the data are deleted.\n", ""))
	finding := record.Finding{ID: "retention", Title: "Retention period", Citation: "art. 13", Must: true, Status: record.StatusPresent}
	gone := finding
	gone.Status = record.StatusAbsent
	c := comparer(t)
	ch := c.Compare(diff.Side{Document: old, Findings: []record.Finding{finding}}, diff.Side{Document: new, Findings: []record.Finding{gone}})
	if ch.Severity != record.SeverityCritical || ch.Class != record.ClassSectionDropped || !slices.Equal(ch.Lost, []string{"retention"}) || !strings.Contains(ch.Reason, "art. 13") {
		t.Errorf("%s %s %v: %s", ch.Class, ch.Severity, ch.Lost, ch.Reason)
	}
	// Unknown is not absent.
	gone.Status = record.StatusUnknown
	if ch := c.Compare(diff.Side{Document: old, Findings: []record.Finding{finding}}, diff.Side{Document: new, Findings: []record.Finding{gone}}); len(ch.Lost) > 0 {
		t.Errorf("lost %v", ch.Lost)
	}
}

func TestFactsComparedAsValues(t *testing.T) {
	old, new := read(t, "en", english), read(t, "en", edit(t, english, "6 months", "half a year"))
	old.Facts = []record.Fact{{Kind: record.FactDuration, Value: "P6M", Text: "6 months", Block: 5}}
	new.Facts = []record.Fact{{Kind: record.FactDuration, Value: "P1Y", Text: "a year", Block: 5}}
	ch := comparer(t).Compare(diff.Side{Document: old}, diff.Side{Document: new})
	if !slices.Equal(ch.Facts, []record.FactChange{{Kind: record.FactDuration, Before: "P6M", After: "P1Y"}}) {
		t.Errorf("facts %v", ch.Facts)
	}
}

func TestUnusable(t *testing.T) {
	old := read(t, "en", english)
	page := func(lang, text string, v record.Verdict) *record.Document {
		d := read(t, lang, text)
		d.Quality.Verdict = v
		return d
	}
	for name, new := range map[string]*record.Document{
		"an error page":    page("en", "# Not found\nThe page could not be found.", record.VerdictNotFound),
		"a login":          page("en", "# Log in\nUser name\nPassword", record.VerdictLogin),
		"nothing":          page("en", "", record.VerdictThin),
		"another language": page("ar", arabic, record.VerdictStatement),
	} {
		ch := comparer(t).Compare(diff.Side{Document: old}, diff.Side{Document: new})
		if ch.Class != record.ClassUnusable || ch.Severity != record.SeverityNone || len(ch.Edits) > 0 {
			t.Errorf("%s: %s %s: %s", name, ch.Class, ch.Severity, ch.Reason)
		}
	}
	// A gate that errs does not silence a page that still holds the statement.
	good := page("en", edit(t, english, "6 months", "9 months"), record.VerdictLogin)
	if ch := comparer(t).Compare(diff.Side{Document: old}, diff.Side{Document: good}); ch.Class != record.ClassSubstantive {
		t.Errorf("%s: %s", ch.Class, ch.Reason)
	}
}

// C12: announcements and menus before and after the text are not the statement.
func TestSurroundingsWeighNothing(t *testing.T) {
	menu := "[Home](/)\n[About us](/about)\n[Services](/services)\n[Cookies](/cookies)\n[Contact](/contact)\n[News](/news)\n"
	contents := "- [What we collect](#1)\n- [Retention](#2)\n- [Sharing](#3)\n"
	for name, new := range map[string]string{
		"a menu before": menu + english,
		"a menu after":  english + menu,
		"contents":      edit(t, english, "# What we collect", contents+"# What we collect"),
		"a widget":      english + "Did you get the help you needed?\nYes\nNo\n",
	} {
		if ch := compare(t, "en", english, new); ch.Severity.AtLeast(record.SeverityMinor) {
			t.Errorf("%s came: %s %s: %s", name, ch.Class, ch.Severity, ch.Reason)
		}
		if ch := compare(t, "en", new, english); ch.Severity.AtLeast(record.SeverityMinor) {
			t.Errorf("%s went: %s %s: %s", name, ch.Class, ch.Severity, ch.Reason)
		}
	}
}

func TestRenumberingIsNoise(t *testing.T) {
	old := "# 1. What we collect\nWe collect your name and e-mail address, see section 3.\n# 2. News\n# 3. Retention\nWe keep personal data for 6 months, see section 3.\n"
	new := "# 1. What we collect\nWe collect your name and e-mail address, see section 2.\n# 2. Retention\nWe keep personal data for 6 months, see section 2.\n"
	old = edit(t, old, "# 2. News\n", "")
	if ch := compare(t, "en", old, new); ch.Severity.AtLeast(record.SeverityMinor) {
		t.Errorf("%s: %s", ch.Severity, ch.Reason)
	}
	// A number that begins a sentence is no list mark.
	if ch := compare(t, "en", "# Retention\n30 days after the visit the log is deleted.\n", "# Retention\n60 days after the visit the log is deleted.\n"); !ch.Severity.AtLeast(record.SeverityMajor) {
		t.Errorf("%s: %s", ch.Severity, ch.Reason)
	}
}

func TestHalfLoadedPage(t *testing.T) {
	var old strings.Builder
	old.WriteString("# Privacy statement\nThis statement explains what the River Agency does with personal data.\n")
	for _, s := range []string{
		"# 1. Collection\nWe collect your name and your e-mail address when you register for our services.",
		"# 2. Use\nWe use your personal data to answer your questions and to improve the website.",
		"# 3. Cookies\nWe use cookies to remember your language. You can refuse cookies in your browser.",
		"# 4. Transfer\nPersonal data are transferred to other countries only under standard contractual clauses.",
		"# 5. Rights\nYou have the right to access, correct and delete your personal data at any time.",
		"# 6. Retention\nWe keep your personal data for 6 months and then delete them.",
		"# 7. Children\nWe do not collect personal data of children under the age of 13.",
	} {
		old.WriteString(s + "\n")
	}
	whole := old.String()
	middle := whole[:strings.Index(whole, "# 4.")] + whole[strings.Index(whole, "# 7."):]
	if ch := compare(t, "en", whole, middle); ch.Class != record.ClassUnusable {
		t.Errorf("sections 4 to 6 missing: %s %s: %s", ch.Class, ch.Suspect, ch.Reason)
	}
	one := whole[:strings.Index(whole, "# 4.")] + whole[strings.Index(whole, "# 5."):]
	if ch := compare(t, "en", whole, one); ch.Class != record.ClassSectionDropped {
		t.Errorf("section 4 missing: %s: %s", ch.Class, ch.Reason)
	}
}

// Two sections that stood together are taken out by an editor; the last two, or two
// here and there, may not have come through.
func TestSectionsThatWentTogether(t *testing.T) {
	part := func(name, text string) string { return "# " + name + "\n" + text + "\n" }
	collection := part("Collection", "We collect your name and your e-mail address when you register for our services.")
	transfer := part("Transfer", "Personal data are transferred to other countries only under standard contractual clauses.")
	children := part("Children", "We do not collect personal data of children under the age of 13.")
	cookies := part("Cookies", "We use cookies to remember your language. You can refuse cookies in your browser.")
	rights := part("Rights", "You have the right to access, correct and delete your personal data at any time.")
	security := part("Security", "Your data are encrypted and kept behind a firewall.")
	whole := collection + transfer + children + cookies + rights + security
	for name, c := range map[string]struct{ new, suspect string }{
		"neighbours":     {collection + cookies + rights + security, ""},
		"the last two":   {collection + transfer + children + cookies, "partial"},
		"here and there": {collection + children + rights + security, "partial"},
	} {
		if ch := compare(t, "en", whole, c.new); ch.Class != record.ClassSectionDropped || ch.Suspect != c.suspect {
			t.Errorf("%s: %s, %q: %s", name, ch.Class, ch.Suspect, ch.Reason)
		}
	}
}

// A date of last update that moves alone is minor, as authors move it; one that has
// not come yet is a mistake that somebody must look at.
func TestLastUpdateInTheFuture(t *testing.T) {
	old, new := read(t, "en", english+"\nLast updated: 3 March 2024."), read(t, "en", english+"\nLast updated: 3 March 2025.")
	c := comparer(t)
	if ch := c.Compare(diff.Side{Document: old}, diff.Side{Document: new}); ch.Severity != record.SeverityMinor {
		t.Errorf("a moved date: %s: %s", ch.Severity, ch.Reason)
	}
	ahead := []record.Finding{{ID: "date.future", Status: record.StatusAbsent}}
	ch := c.Compare(diff.Side{Document: old}, diff.Side{Document: new, Findings: ahead})
	if ch.Severity != record.SeverityMajor || !strings.Contains(ch.Reason, "not come yet") {
		t.Errorf("a date ahead: %s: %s", ch.Severity, ch.Reason)
	}
	if ch := c.Compare(diff.Side{Document: old, Findings: ahead}, diff.Side{Document: new, Findings: ahead}); ch.Severity != record.SeverityMinor {
		t.Errorf("a date that was ahead before: %s: %s", ch.Severity, ch.Reason)
	}
}
