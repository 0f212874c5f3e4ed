package section

import "policywatch/store/canon"

// affixes are the letters that a language writes together with a word. They
// let one phrase of a lexicon stand for its forms: البيانات، بياناتك، وبيانات.
type affixes struct {
	// prefixes may be skipped before a word of a phrase.
	prefixes []string
	// suffixes may follow a word; detached ones also as words of their own.
	suffixes map[string]bool
	detached map[string]bool
	// article is taken off the words of phrases, so that the skipped prefix
	// makes them meet; roots are words that only look as if they had one.
	article string
	roots   []string
	// loose means that spaces say little about where a word ends: Persian
	// writes می شود، می‌شود and میشود.
	loose bool
}

// affixesOf returns the rules of a language. A language without rules is
// matched by whole words, with "*" in its lexicon where an ending varies.
func affixesOf(lang string) affixes {
	switch lang {
	case "fa":
		return affixes{
			loose:    true,
			prefixes: canonical("ن"),
			suffixes: set("ها", "های", "هایی", "هایم", "هایت", "هایش", "هایمان", "هایتان", "هایشان", "ی", "ای", "یی", "م", "ت", "ش", "ام", "ات",
				"اش", "مان", "تان", "شان", "ان", "تر", "ترین", "یم", "یت", "یش"),
			detached: set("ها", "های", "هایی", "هایم", "هایت", "هایش", "هایمان", "هایتان", "هایشان", "ی", "ای", "اش", "ام", "ات", "شان", "تان",
				"مان", "تر", "ترین", "را"),
		}
	case "ar":
		return affixes{
			loose: true,
			prefixes: canonical("ال", "وال", "فال", "بال", "كال", "لل", "ولل", "وبال", "و", "ف", "ب", "ل", "ك", "س", "وب", "ول", "وس", "فس",
				"فل", "أ", "وك"),
			suffixes: set("ك", "كم", "كن", "كما", "ه", "ها", "هم", "هن", "هما", "نا", "ا", "ان", "ين", "ون", "ات", "اتك", "اتكم", "اته", "اتها",
				"اتهم", "اتنا"),
			article: "ال",
			roots:   canonical("التزام", "التماس", "التقاط", "التحاق", "التباس", "التفاف", "التهاب", "الله", "الزام", "الغاء", "الكترون", "الحاق"),
		}
	case "fr":
		return affixes{prefixes: canonical("l'", "d'", "qu'", "n'", "s'", "c'", "j'", "m'", "t'", "jusqu'", "lorsqu'", "puisqu'")}
	case "en":
		return affixes{suffixes: set("'s", "s'")}
	case "ckb":
		return affixes{
			loose: true,
			suffixes: set("ەکان", "ەکانی", "ەکانت", "ەکانتان", "ەکانمان", "ەکانیان", "یەکان", "یەکانی", "یەکانت", "یەکانتان", "کان", "کانی", "کانت",
				"کانتان", "ان", "انی", "انە", "ی", "یی", "ێک", "ێکی", "ەکە", "ەکەی", "ەکەت", "ە", "ەی", "یە", "یەی", "ت", "تان", "مان", "یان", "م",
				"دا", "ەوە", "یش", "ش", "یەتی"),
			detached: set("ی", "ان"),
		}
	case "ur":
		return affixes{
			loose:    true,
			suffixes: set("وں", "یں", "ات", "ی", "ے", "یاں", "یوں", "ز"),
			detached: set("کو"),
		}
	}
	return affixes{}
}

func canonical(list ...string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = canon.Text(s)
	}
	return out
}

func set(list ...string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range canonical(list...) {
		m[s] = true
	}
	return m
}
