package section_test

import (
	"slices"
	"testing"

	"policywatch/store/record"
)

// TestNumberedHeadings: how a heading is numbered says nothing of what it is
// about, and hides nothing.
func TestNumberedHeadings(t *testing.T) {
	for _, tt := range []struct {
		lang  string
		heads []string
		want  record.Topic
	}{
		{"ar", []string{"الأمن", "2. الأمن", "أولاً: الأمن", "ثالثا - الأمن", "المادة (3): الأمن", "البند الخامس: الأمن", "المادة الثانية عشرة الأمن", "الفصل ٤ - الأمن",
			"الحادي عشر: الأمن"}, record.Security},
		{"fa", []string{"امنیت", "ماده ۳ - امنیت", "بخش دوم: امنیت", "اولاً: امنیت", "الف) امنیت", "فصل چهارم – امنیت", "بند ۲-۳ امنیت", "مادهٔ ۱۲: امنیت", "سه. امنیت"}, record.Security},
		{"en", []string{"Security", "Article 4 - Security", "Section 2: Security", "§ 4 Security", "A. Security", "VII. Security", "First: Security", "Part Two - Security", "XII. Security"}, record.Security},
		{"de", []string{"Sicherheit", "Artikel 3 Sicherheit", "§ 4 Sicherheit", "Zweiter Abschnitt: Sicherheit", "Erstens: Sicherheit"}, record.Security},
		{"fr", []string{"Sécurité", "Article premier - Sécurité", "Premièrement : Sécurité", "Chapitre IV. Sécurité"}, record.Security},
		{"es", []string{"Seguridad", "Artículo 2. Seguridad", "Primera. Seguridad", "Capítulo III: Seguridad"}, record.Security},
		{"tr", []string{"Güvenlik", "Madde 5 - Güvenlik", "Ç. Güvenlik", "2. Bölüm: Güvenlik", "Birinci Bölüm - Güvenlik", "MADDE 5 – GÜVENLİK"}, record.Security},
		{"ur", []string{"سیکیورٹی", "دفعہ 4: سیکیورٹی", "باب دوم: سیکیورٹی"}, record.Security},
		{"ckb", []string{"ئاسایش", "ماددەی ٣: ئاسایش", "بەشی دووەم: ئاسایش"}, record.Security},
	} {
		for _, h := range tt.heads {
			text := map[string]string{"ar": "نص.", "fa": "متن.", "ur": "متن۔", "ckb": "دەق."}[tt.lang]
			if text == "" {
				text = "Text."
			}
			if got := topicsUnder(t, tt.lang, "## "+h+"\n"+text, h); !slices.Contains(got, tt.want) {
				t.Errorf("%s: %q: %v", tt.lang, h, got)
			}
		}
	}
}

// TestNumberIsNoTitle: an ordinal that belongs to the title's words stays there.
func TestNumberIsNoTitle(t *testing.T) {
	for _, h := range []string{"First contact", "Part security"} {
		if got := topicsUnder(t, "en", "## "+h+"\nText.", h); !slices.Equal(got, []record.Topic{record.Other}) {
			t.Errorf("%q: %v", h, got)
		}
	}
}
