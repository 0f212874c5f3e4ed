package configs_test

import (
	"strings"
	"testing"

	"policywatch/configs"
)

func TestTheDashboardIsNotOpenToEverybody(t *testing.T) {
	for web, want := range map[string]string{
		`{listen: "127.0.0.1:8080"}`:       "",
		`{listen: "[::1]:0"}`:              "",
		`{listen: "localhost:8080"}`:       "",
		`{listen: ""}`:                     "",
		`{listen: ":8080"}`:                "c.yaml:2:15: web.listen: others can reach :8080; write web.auth",
		`{listen: "0.0.0.0:8080"}`:         "c.yaml:2:15: web.listen: others can reach 0.0.0.0:8080",
		`{listen: "[::]:8080"}`:            "others can reach",
		`{listen: "watch.example.org:80"}`: "others can reach",
		`{listen: "0.0.0.0:8080", auth: {user: office, password: long}}`: "",
		`{listen: "0.0.0.0:8080", auth: {user: office}}`:                 "c.yaml:2:", // and says both
		`{auth: {user: office}}`:                                         "web.auth: has a user and no password",
		`{listen: "8080"}`:                                               `web.listen: "8080" is not an address`,
		`{listen: "127.0.0.1:http"}`:                                     "is not an address",
		`{listen: "127.0.0.1:70000"}`:                                    "is not an address",
		`{base_url: "watch.example.org"}`:                                "web.base_url: is not an address that begins with http: or https:",
	} {
		_, err := configs.Parse("c.yaml", []byte("store: {}\nweb: "+web+"\n"), func(string) (string, bool) { return "", false })
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", web, err, want)
		}
	}
}
