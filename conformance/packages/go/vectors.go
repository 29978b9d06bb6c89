// Package vectors holds the conformance vectors for Internet Computer identity.
package vectors

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strings"
)

// Version is that of the suite.
const Version = "@VERSION@"

//go:embed data
var data embed.FS

// Paths returns the paths of all vector files, <operation>/<topic>.json, sorted.
func Paths() []string {
	var paths []string
	walk := func(path string, entry fs.DirEntry, err error) error {
		path = strings.TrimPrefix(path, "data/")
		if err == nil && !entry.IsDir() && strings.Contains(path, "/") && strings.HasSuffix(path, ".json") {
			paths = append(paths, path)
		}
		return err
	}
	if err := fs.WalkDir(data, "data", walk); err != nil {
		panic(err) // The files are in the program.
	}
	sort.Strings(paths)
	return paths
}

// Read returns a vector file, clauses.json, policies.json or ids.lock.
func Read(path string) ([]byte, error) {
	return data.ReadFile("data/" + path)
}

// IDs returns the ids of all vectors, as they are locked.
func IDs() []string {
	var ids []string
	for _, line := range strings.Split(string(mustRead("ids.lock")), "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			ids = append(ids, line)
		}
	}
	return ids
}

// Digest returns the SHA-256 that names the suite in every report.
func Digest() string {
	list := sha256.New()
	for _, path := range Paths() {
		fmt.Fprintf(list, "%x  %s\n", sha256.Sum256(mustRead(path)), path)
	}
	return fmt.Sprintf("%x", list.Sum(nil))
}

func mustRead(path string) []byte {
	text, err := Read(path)
	if err != nil {
		panic(err) // The files are in the program.
	}
	return text
}
