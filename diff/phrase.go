package diff

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// topicWords name topics in a sentence: "nothing else in the statement speaks of
// how long data are kept".
var topicWords = map[record.Topic]string{
	record.PurposeScope:          "its purpose and scope",
	record.LegalBasis:            "the legal basis",
	record.ControllerContact:     "who is responsible and how to reach them",
	record.CollectionProvided:    "what people are asked for",
	record.CollectionAutomatic:   "what is gathered automatically",
	record.Use:                   "what the data are used for",
	record.Cookies:               "cookies",
	record.SharingThirdParties:   "sharing with others",
	record.InternationalTransfer: "transfer abroad",
	record.Retention:             "how long data are kept",
	record.Security:              "security",
	record.Rights:                "people's rights",
	record.Consent:               "consent",
	record.Children:              "children",
	record.ExternalLinks:         "links to other sites",
	record.Changes:               "how it may change",
	record.RegistrationAccount:   "registration and accounts",
	record.Other:                 "other matters",
}

func topicNames(ts []record.Topic) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = topicWords[t]
	}
	return out
}

// list writes names as a person would: a, b and c; no more than most of them.
func list(names []string, most int) string {
	if n := len(names) - most; n > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// quoted shortens a text to what fits into a sentence, between words, and puts
// it into quotation marks.
func quoted(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		r := string([]rune(s)[:most])
		if k := strings.LastIndexByte(r, ' '); k > len(r)/2 {
			r = r[:k]
		}
		s = r + " …"
	}
	return "“" + strings.TrimRight(s, " :") + "”"
}

// under names the section that a passage stands in.
func under(heading string) string {
	if heading == "" {
		return ""
	}
	return " under " + quoted(heading, 60)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
