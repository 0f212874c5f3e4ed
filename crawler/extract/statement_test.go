package extract_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// statement is one of the fixtures' texts, without any markup of the web.
type statement struct {
	lang, dir, title string
	parts            []part
}

// part is a heading (h), paragraph (p), item (l) or table row (r, the first of
// a table R) in order.
type part struct {
	kind  byte
	text  string
	cells []string
}

func readStatement(t testing.TB, lang string) statement {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "statements", lang+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	s := statement{lang: lang, dir: "rtl"}
	if lang == "en" {
		s.dir = "ltr"
	}
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		switch {
		case strings.HasPrefix(line, "# "):
			s.title = line[2:]
		case strings.HasPrefix(line, "## "):
			s.parts = append(s.parts, part{kind: 'h', text: line[3:]})
		case strings.HasPrefix(line, "- "):
			s.parts = append(s.parts, part{kind: 'l', text: line[2:]})
		case strings.HasPrefix(line, "| "):
			p := part{kind: 'r', text: line}
			for c := range strings.SplitSeq(strings.Trim(line, "| "), "|") {
				p.cells = append(p.cells, strings.TrimSpace(c))
			}
			if s.parts[len(s.parts)-1].kind != 'r' && s.parts[len(s.parts)-1].kind != 'R' {
				p.kind = 'R'
			}
			s.parts = append(s.parts, p)
		default:
			s.parts = append(s.parts, part{kind: 'p', text: line})
		}
	}
	return s
}

// words of the whole statement, title included.
func (s statement) words() []string {
	w := strings.Fields(s.title)
	for _, p := range s.parts {
		if len(p.cells) > 0 {
			for _, c := range p.cells {
				w = append(w, strings.Fields(c)...)
			}
			continue
		}
		w = append(w, strings.Fields(p.text)...)
	}
	return w
}

func (s statement) headings() []string {
	h := []string{s.title}
	for _, p := range s.parts {
		if p.kind == 'h' {
			h = append(h, p.text)
		}
	}
	return h
}

// marks says how a template writes the parts of a statement; %s is the text.
type marks struct {
	heading, para, item, listOpen, listClose string
	rowOpen, rowClose, cell, tableOpen       string
	tableClose                               string
	open, close                              string // around each section, behind its heading
}

var plainMarks = marks{heading: "<h2>%s</h2>\n", para: "<p>%s</p>\n", item: "<li>%s</li>\n", listOpen: "<ul>\n", listClose: "</ul>\n",
	tableOpen: "<table><tbody>\n", tableClose: "</tbody></table>\n", rowOpen: "<tr>", rowClose: "</tr>\n", cell: "<td>%s</td>"}

// write renders the parts below the title.
func (s statement) write(m marks) string {
	var b strings.Builder
	state := byte(0)
	section := false
	closeState := func(next byte) {
		if state == 'l' && next != 'l' {
			b.WriteString(m.listClose)
		}
		if state == 'r' && next != 'r' {
			b.WriteString(m.tableClose)
		}
		if next == 'l' && state != 'l' {
			b.WriteString(m.listOpen)
		}
		if next == 'r' && state != 'r' {
			b.WriteString(m.tableOpen)
		}
		state = next
	}
	for _, p := range s.parts {
		k := p.kind
		if k == 'R' {
			k = 'r'
		}
		closeState(k)
		switch k {
		case 'h':
			if section {
				b.WriteString(m.close)
			}
			fmt.Fprintf(&b, m.heading, html.EscapeString(p.text))
			b.WriteString(m.open)
			section = true
		case 'l':
			fmt.Fprintf(&b, m.item, html.EscapeString(p.text))
		case 'r':
			b.WriteString(m.rowOpen)
			for _, c := range p.cells {
				cell := m.cell
				if p.kind == 'R' && strings.HasPrefix(cell, "<td") {
					cell = "<th" + cell[3:len(cell)-3] + "h>"
				}
				fmt.Fprintf(&b, cell, html.EscapeString(c))
			}
			b.WriteString(m.rowClose)
		default:
			fmt.Fprintf(&b, m.para, html.EscapeString(p.text))
		}
	}
	closeState(0)
	if section {
		b.WriteString(m.close)
	}
	return b.String()
}

// noise is what differs between two requests of one page.
type noise struct {
	r    *rand.Rand
	lang string
}

func (n noise) pick(fa, ar, en string) string {
	switch n.lang {
	case "fa":
		return fa
	case "ar":
		return ar
	}
	return en
}

func (n noise) token() string {
	return fmt.Sprintf("%016x%016x%08x", n.r.Uint64(), n.r.Uint64(), n.r.Uint32())
}

func (n noise) visits() string {
	return n.pick("تعداد بازدید", "عدد الزيارات", "Visitors") + ": " + fmt.Sprint(1000+n.r.IntN(900000))
}

func (n noise) today() string {
	clock := fmt.Sprintf("%02d:%02d:%02d", n.r.IntN(24), n.r.IntN(60), n.r.IntN(60))
	d := 1 + n.r.IntN(28)
	days := map[string][]string{"fa": {"شنبه", "دوشنبه", "پنج‌شنبه"}, "ar": {"الأحد", "الثلاثاء", "الخميس"}, "en": {"Monday", "Thursday", "Sunday"}}[n.lang]
	day := days[n.r.IntN(3)]
	return n.pick(fmt.Sprintf("امروز %s %d خرداد 1404 ساعت %s", day, d, clock), fmt.Sprintf("اليوم %s %d مارس 2025 الساعة %s", day, d, clock), fmt.Sprintf("Today is %s, %d March 2025, %s", day, d, clock))
}

var newsWords = map[string][]string{
	"fa": {"نشست مدیران با کشاورزان نمونه", "افتتاح ایستگاه تازه در شمال استان", "فراخوان جذب کارشناس سال ۱۴۰۴", "هشدار بارش سیل‌آسا در جنوب", "بازدید رئیس سازمان از مزارع"},
	"ar": {"الهيئة تفتتح فرعها الجديد", "ورشة عمل لمربي الماشية", "تمديد فترة التقديم للدعم", "معالي الرئيس يستقبل الوفد", "تنبيه من موجة حر"},
	"en": {"New beacon lit at the north pier", "Harbour day draws record crowd", "Dredging works start in May", "Two wrecks removed from channel", "Summer timetable published"},
}

func (n noise) news() string {
	w := newsWords[n.lang]
	var b strings.Builder
	for _, k := range n.r.Perm(len(w))[:4] {
		fmt.Fprintf(&b, `<li><a href="/news/%d">%s</a></li>`, n.r.IntN(9999), w[k])
	}
	return "<ul>" + b.String() + "</ul>"
}

// banner is an announcement that rotates and is no link.
func (n noise) banner() string {
	w := newsWords[n.lang]
	return `<a href="#"><img src="/b.jpg" alt=""></a><span>` + w[n.r.IntN(len(w))] + `</span>`
}

func (n noise) menu() string {
	words := map[string][]string{
		"fa": {"صفحه اصلی", "درباره ما", "خدمات", "اخبار", "قوانین و مقررات", "پرسش‌های متداول", "تماس با ما", "نقشه سایت"},
		"ar": {"الرئيسية", "عن الهيئة", "الخدمات", "المركز الإعلامي", "الأنظمة", "الأسئلة الشائعة", "اتصل بنا", "خريطة الموقع"},
		"en": {"Home", "About us", "Services", "News", "Rules", "Questions", "Contact us", "Site map"},
	}[n.lang]
	var b strings.Builder
	for i, w := range words {
		fmt.Fprintf(&b, `<li><a href="/p/%d">%s</a></li>`, i, w)
	}
	return "<ul>" + b.String() + "</ul>"
}

func (n noise) links(sep string) string {
	s := strings.NewReplacer("<ul>", "", "</ul>", "", "<li>", "", "</li>", sep).Replace(n.menu())
	return strings.TrimSuffix(s, sep)
}

func (n noise) org() string {
	return n.pick("سازمان آب‌وهوای استان نمونه", "هيئة المراعي التجريبية", "Harbour Lights Authority")
}
