package record

import "slices"

// FaultKind is one of a closed list of reasons.
type FaultKind string

// The kinds of fault.
const (
	FaultDNS              FaultKind = "dns"
	FaultUnreachable      FaultKind = "unreachable"
	FaultTimeout          FaultKind = "timeout"
	FaultTLSExpired       FaultKind = "tls_expired"
	FaultTLSInvalid       FaultKind = "tls_invalid"
	FaultRobotsDenied     FaultKind = "robots_denied"
	FaultHTTP4xx          FaultKind = "http_4xx"
	FaultHTTP5xx          FaultKind = "http_5xx"
	FaultRateLimited      FaultKind = "rate_limited"
	FaultNotFound         FaultKind = "not_found"
	FaultGoneToRoot       FaultKind = "gone_to_root" // redirected to the home page
	FaultBlocked          FaultKind = "blocked"      // bot wall, captcha, challenge
	FaultLogin            FaultKind = "login"
	FaultConsent          FaultKind = "consent"
	FaultMaintenance      FaultKind = "maintenance"
	FaultHub              FaultKind = "hub"   // a page of links
	FaultThin             FaultKind = "thin"  // too little text to be a statement
	FaultShell            FaultKind = "shell" // needs a browser and none is there
	FaultUnreadable       FaultKind = "unreadable"
	FaultTooLarge         FaultKind = "too_large"
	FaultNotText          FaultKind = "not_text"
	FaultWrongLanguage    FaultKind = "wrong_language"
	FaultForbiddenAddress FaultKind = "forbidden_address"
	FaultNoStatement      FaultKind = "no_statement" // looked everywhere, none found
	FaultPanicked         FaultKind = "panicked"     // the program tripped over the site; a mistake of ours
	FaultDeadly           FaultKind = "deadly"       // the visit ended one worker after another
	FaultCancelled        FaultKind = "cancelled"    // never stored
)

// FaultRule is what the program does about one kind of fault. One table rules
// retry, state and colour, so that they cannot drift apart.
type FaultRule struct {
	Kind FaultKind
	// Retry means that asking again soon may help.
	Retry bool
	// Rediscover means that the known page may have moved: look for it again.
	Rediscover bool
	// Network marks faults that an outage of our own network would cause.
	Network bool
	// Absent means that the site answered and the statement is not there; all
	// other faults mean that we could not look.
	Absent bool
	// Colour is the dashboard's: "red", "amber" or "grey".
	Colour string
}

var faultRules = []FaultRule{
	{Kind: FaultDNS, Retry: true, Network: true, Colour: "red"},
	{Kind: FaultUnreachable, Retry: true, Network: true, Colour: "red"},
	{Kind: FaultTimeout, Retry: true, Network: true, Colour: "red"},
	{Kind: FaultTLSExpired, Colour: "red"},
	{Kind: FaultTLSInvalid, Colour: "red"},
	{Kind: FaultRobotsDenied, Colour: "grey"},
	{Kind: FaultHTTP4xx, Colour: "red"},
	{Kind: FaultHTTP5xx, Retry: true, Colour: "red"},
	{Kind: FaultRateLimited, Retry: true, Colour: "amber"},
	{Kind: FaultNotFound, Rediscover: true, Absent: true, Colour: "red"},
	{Kind: FaultGoneToRoot, Rediscover: true, Absent: true, Colour: "red"},
	{Kind: FaultBlocked, Colour: "amber"},
	{Kind: FaultLogin, Rediscover: true, Colour: "amber"},
	{Kind: FaultConsent, Colour: "amber"},
	{Kind: FaultMaintenance, Colour: "amber"},
	{Kind: FaultHub, Rediscover: true, Colour: "amber"},
	{Kind: FaultThin, Rediscover: true, Colour: "amber"},
	{Kind: FaultShell, Colour: "amber"},
	{Kind: FaultUnreadable, Colour: "amber"},
	{Kind: FaultTooLarge, Colour: "amber"},
	{Kind: FaultNotText, Rediscover: true, Colour: "amber"},
	{Kind: FaultWrongLanguage, Rediscover: true, Colour: "amber"},
	{Kind: FaultForbiddenAddress, Colour: "grey"},
	{Kind: FaultNoStatement, Absent: true, Colour: "red"},
	{Kind: FaultPanicked, Colour: "red"},
	{Kind: FaultDeadly, Colour: "red"},
	{Kind: FaultCancelled, Colour: "grey"},
}

// FaultRules returns the whole table.
func FaultRules() []FaultRule { return slices.Clone(faultRules) }

// Rule returns the table's row for k. An unknown kind, as from a newer
// database, is treated as a plain failure.
func (k FaultKind) Rule() FaultRule {
	for _, r := range faultRules {
		if r.Kind == k {
			return r
		}
	}
	return FaultRule{Kind: k, Colour: "red"}
}
