package pdf

import (
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Encodings of simple fonts (ISO 32000-1, annex D), by the names that fonts
// give them.
func baseEncoding(name string) *[256]rune {
	var t [256]rune
	switch name {
	case "MacRomanEncoding":
		for i := range t {
			t[i] = charmap.Macintosh.DecodeByte(byte(i))
		}
	case "StandardEncoding":
		for i := 0x20; i < 0x7F; i++ {
			t[i] = rune(i)
		}
		t['\''], t['`'] = '’', '‘'
		for i, c := range []rune(standardHigh) {
			if c != ' ' {
				t[0xA1+i] = c
			}
		}
	default: // WinAnsiEncoding
		for i := range t {
			t[i] = charmap.Windows1252.DecodeByte(byte(i))
		}
		t[0xA0], t[0xAD], t[0x7F] = ' ', '-', '•'
	}
	for i := range 0x20 {
		t[i] = 0
	}
	return &t
}

// standardHigh is the upper half of the standard encoding, from 0xA1 on.
const standardHigh = "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿ `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—                Æ ª    ŁØŒº     æ   ı  łøœß"

// glyphText is the text that a glyph's name stands for (Adobe Glyph List
// specification, clause 2), empty when the name says nothing.
func glyphText(name string) string {
	name, _, _ = strings.Cut(name, ".")
	if strings.Contains(name, "_") {
		var b strings.Builder
		for _, part := range strings.Split(name, "_") {
			b.WriteString(glyphText(part))
		}
		return b.String()
	}
	if len(name) == 1 && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z') {
		return name
	}
	if c, ok := glyphNames[name]; ok {
		return string(c)
	}
	if hex, ok := strings.CutPrefix(name, "uni"); ok && len(hex) >= 4 && len(hex)%4 == 0 {
		var b strings.Builder
		for i := 0; i < len(hex); i += 4 {
			n, err := strconv.ParseUint(hex[i:i+4], 16, 32)
			if err != nil {
				return ""
			}
			b.WriteRune(rune(n))
		}
		return b.String()
	}
	if hex, ok := strings.CutPrefix(name, "u"); ok && len(hex) >= 4 && len(hex) <= 6 {
		if n, err := strconv.ParseUint(hex, 16, 32); err == nil {
			return string(rune(n))
		}
	}
	if num, ok := strings.CutPrefix(name, "afii"); ok {
		if n, err := strconv.Atoi(num); err == nil {
			return afii(n)
		}
	}
	return accented(name)
}

// accented composes names such as "eacute" and "Scaron" of a letter and the
// name of its accent.
func accented(name string) string {
	for i := 1; i <= 2 && i < len(name); i++ {
		if mark, ok := accentNames[name[i:]]; ok {
			base := name[:i]
			if i == 2 && base != "ae" && base != "AE" {
				return ""
			}
			if i == 2 {
				base = map[string]string{"ae": "æ", "AE": "Æ"}[base]
			}
			return norm.NFC.String(base + string(mark))
		}
	}
	return ""
}

var accentNames = map[string]rune{
	"grave": 0x300, "acute": 0x301, "circumflex": 0x302, "tilde": 0x303, "macron": 0x304, "breve": 0x306, "dotaccent": 0x307,
	"dieresis": 0x308, "ring": 0x30A, "hungarumlaut": 0x30B, "caron": 0x30C, "cedilla": 0x327, "ogonek": 0x328, "commaaccent": 0x327,
}

// afii gives the Arabic letters by the numbers of the Association for Font
// Information Interchange, which older Persian and Arabic fonts use as names.
func afii(n int) string {
	switch {
	case n >= 57392 && n <= 57401:
		return string(rune(0x660 + n - 57392))
	case n >= 57409 && n <= 57434:
		return string(rune(0x621 + n - 57409))
	case n >= 57440 && n <= 57450:
		return string(rune(0x640 + n - 57440))
	case n >= 57451 && n <= 57458:
		return string(rune(0x64B + n - 57451))
	}
	if c, ok := afiiOthers[n]; ok {
		return string(c)
	}
	return ""
}

var afiiOthers = map[int]rune{
	57381: '٪', 57388: '،', 57403: '؛', 57407: '؟', 57470: 'ه', 57505: 'ڤ', 57506: 'پ', 57507: 'چ', 57508: 'ژ', 57509: 'گ',
	57511: 'ٹ', 57512: 'ڈ', 57513: 'ڑ', 57514: 'ں', 57519: 'ے', 57534: 'ە', 57555: 0x640, 57716: '٫', 57717: '٬',
	61664: 0x200C, 301: 0x200D, 299: 0x200E, 300: 0x200F, 208: '―',
}

// glyphNames holds the names of the Latin sets that are not made of a letter
// and an accent.
var glyphNames = map[string]rune{
	"space": ' ', "nbspace": ' ', "exclam": '!', "quotedbl": '"', "numbersign": '#', "dollar": '$', "percent": '%', "ampersand": '&',
	"quotesingle": '\'', "parenleft": '(', "parenright": ')', "asterisk": '*', "plus": '+', "comma": ',', "hyphen": '-', "minus": '−',
	"period": '.', "slash": '/', "zero": '0', "one": '1', "two": '2', "three": '3', "four": '4', "five": '5', "six": '6', "seven": '7',
	"eight": '8', "nine": '9', "colon": ':', "semicolon": ';', "less": '<', "equal": '=', "greater": '>', "question": '?', "at": '@',
	"bracketleft": '[', "backslash": '\\', "bracketright": ']', "asciicircum": '^', "underscore": '_', "grave": '`', "braceleft": '{',
	"bar": '|', "braceright": '}', "asciitilde": '~', "bullet": '•', "dagger": '†', "daggerdbl": '‡', "ellipsis": '…', "emdash": '—',
	"endash": '–', "florin": 'ƒ', "fraction": '⁄', "guilsinglleft": '‹', "guilsinglright": '›', "guillemotleft": '«', "guillemotright": '»',
	"perthousand": '‰', "quotedblbase": '„', "quotedblleft": '“', "quotedblright": '”', "quoteleft": '‘', "quoteright": '’',
	"quotesinglbase": '‚', "trademark": '™', "fi": 'ﬁ', "fl": 'ﬂ', "ff": 'ﬀ', "ffi": 'ﬃ', "ffl": 'ﬄ', "Lslash": 'Ł', "lslash": 'ł',
	"OE": 'Œ', "oe": 'œ', "AE": 'Æ', "ae": 'æ', "Oslash": 'Ø', "oslash": 'ø', "dotlessi": 'ı', "germandbls": 'ß', "Eth": 'Ð', "eth": 'ð',
	"Thorn": 'Þ', "thorn": 'þ', "Dcroat": 'Đ', "dcroat": 'đ', "Hbar": 'Ħ', "hbar": 'ħ', "Euro": '€', "exclamdown": '¡', "questiondown": '¿',
	"cent": '¢', "sterling": '£', "currency": '¤', "yen": '¥', "brokenbar": '¦', "section": '§', "dieresis": '¨', "copyright": '©',
	"ordfeminine": 'ª', "ordmasculine": 'º', "logicalnot": '¬', "registered": '®', "macron": '¯', "degree": '°', "plusminus": '±',
	"twosuperior": '²', "threesuperior": '³', "onesuperior": '¹', "acute": '´', "mu": 'µ', "paragraph": '¶', "periodcentered": '·',
	"cedilla": '¸', "onequarter": '¼', "onehalf": '½', "threequarters": '¾', "multiply": '×', "divide": '÷', "sfthyphen": 0xAD,
	"circumflex": 'ˆ', "tilde": '˜', "caron": 'ˇ', "breve": '˘', "dotaccent": '˙', "ring": '˚', "ogonek": '˛', "hungarumlaut": '˝',
	"filledbox": '■', "H22073": '□', "circle": '○', "lozenge": '◊', "checkmark": '✓', "arrowright": '→', "arrowleft": '←',
}
