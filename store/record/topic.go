package record

import "slices"

// Topic is what a section is about. The list is closed: profiles, lexicons and
// other programs rely on it.
type Topic string

// The topics.
const (
	PurposeScope          Topic = "purpose_scope"          // why the statement exists, whom and what it covers
	LegalBasis            Topic = "legal_basis"            // law, decree or article relied on
	ControllerContact     Topic = "controller_contact"     // who is responsible, how to reach them, complaints
	CollectionProvided    Topic = "collection_provided"    // what people give
	CollectionAutomatic   Topic = "collection_automatic"   // what is gathered by itself: IP, browser, logs
	Use                   Topic = "use"                    // what it is used for
	Cookies               Topic = "cookies"                // cookies and similar
	SharingThirdParties   Topic = "sharing_third_parties"  // disclosure to others, also on legal demand
	InternationalTransfer Topic = "international_transfer" // transfer across borders
	Retention             Topic = "retention"              // how long, destruction
	Security              Topic = "security"               // how it is protected
	Rights                Topic = "rights"                 // access, correction, deletion, objection, complaint
	Consent               Topic = "consent"                // choice, withdrawal, mandatory or voluntary
	Children              Topic = "children"               // minors
	ExternalLinks         Topic = "external_links"         // links to other sites
	Changes               Topic = "changes"                // how the statement changes and is announced
	RegistrationAccount   Topic = "registration_account"   // registering, logging in
	Other                 Topic = "other"                  // anything else
)

// Topics returns every topic in the order in which they are shown.
func Topics() []Topic {
	return []Topic{PurposeScope, LegalBasis, ControllerContact, CollectionProvided, CollectionAutomatic, Use, Cookies,
		SharingThirdParties, InternationalTransfer, Retention, Security, Rights, Consent, Children, ExternalLinks, Changes,
		RegistrationAccount, Other}
}

// Valid reports whether t is on the list.
func (t Topic) Valid() bool { return slices.Contains(Topics(), t) }
