package configs_test

import (
	"strings"
	"testing"

	"policywatch/configs"
)

func TestDomainIsBroughtIntoTheFormOfAKey(t *testing.T) {
	for in, want := range map[string]string{
		"MFA.gov.IR":                         "mfa.gov.ir",
		" https://www.e-najran.gov.sa/ar/x ": "www.e-najran.gov.sa",
		"وزارت.ایران":                        "xn--mgbguc3i.xn--mgba3a4f16a",
		"example.gov.":                       "example.gov",
		"127.10.0.1:8081":                    "127.10.0.1:8081",
		"http://[::1]:80/":                   "[::1]:80",
	} {
		if got, err := configs.Domain(in); err != nil || got != want {
			t.Errorf("Domain(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "no dots", "gov", "a..b", "x@y.ir", "host.ir:99999", "-a.ir:0"} {
		if got, err := configs.Domain(in); err == nil {
			t.Errorf("Domain(%q) = %q, want an error", in, got)
		}
	}
}

func TestListsInEveryForm(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"plain":         {"# ministries\nmfa.gov.ir\n\ndoe.ir # environment\nMFA.gov.ir\n", "mfa.gov.ir| doe.ir|"},
		"csv":           {"domain,name,url\nmfa.gov.ir,\"Foreign, ministry\",https://mfa.gov.ir/p\n", "mfa.gov.ir|Foreign, ministry"},
		"bom":           {"\xef\xbb\xbfdomain;name\nmfa.gov.ir;وزارت خارجه\n", "mfa.gov.ir|وزارت خارجه"},
		"federal csv":   {"Domain name,Domain type,Organization name\nUSA.GOV,Federal,GSA\n", "usa.gov|GSA"},
		"federal index": {"domain,agency,bureau\nblm.gov,Interior,Land Management\nx.gov,Interior,\n", "blm.gov|Land Management x.gov|Interior"},
		"uk list":       {"Domain Name,Owner\nleeds.gov.uk,Leeds City Council\n", "leeds.gov.uk|Leeds City Council"},
		"uk register":   {"government-domain\thostname\torganisation\tstart-date\tend-date\n1\tleeds\tlocal:LDS\t2017-01-01\t\n2\told\t\t2017\t2019\n", "leeds.gov.uk|"},
		"tab":           {"host\tname\ngov.example\tA\n", "gov.example|A"},
		"quoted header": {"\"domain\",\"name\"\n\"a.gov\",\"B\"\n", "a.gov|B"},
		"empty":         {"", ""},
	} {
		sites, err := configs.ParseList(name, strings.NewReader(tc.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, s := range sites {
			got = append(got, s.Domain+"|"+s.Name)
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// A list with a bad line gives no sites: none may be dropped unseen.
func TestEveryBadLineOfAListIsNamed(t *testing.T) {
	sites, err := configs.ParseList("d.txt", strings.NewReader("a.gov\nnot a domain\nb.gov\n<html>\n"))
	if err == nil || len(sites) != 0 {
		t.Fatalf("sites %v, error %v", sites, err)
	}
	for _, want := range []string{"d.txt:2: ", "d.txt:4: ", "example.gov.ir"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
	_, err = configs.ParseList("big.txt", strings.NewReader(strings.Repeat("?\n", 500)))
	if n := strings.Count(err.Error(), "\n"); n > 12 || !strings.Contains(err.Error(), "490 more") {
		t.Errorf("a long list of bad lines is not cut short: %d lines", n)
	}
}
