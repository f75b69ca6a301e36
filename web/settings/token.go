package settings

import "strings"

// stars is what a mask begins with.
const stars = "********"

// minShown is the length from which the last four characters of a token are
// shown (decisions.md): of a shorter one they would be too large a part.
const minShown = 16

// maxToken bounds a token; those of the Hub have 37 characters, OAuth ones some
// hundred.
const maxToken = 4096

// Mask is how a token is shown: eight stars and the last four characters, eight
// stars alone for a short one, "" for none (T35).
func Mask(token string) string {
	switch {
	case token == "":
		return ""
	case len(token) < minShown:
		return stars
	default:
		return stars + token[len(token)-4:]
	}
}

// tokenProblem says why a token cannot be sent to a Hub, "" when it can. "" is
// fine: it clears.
func tokenProblem(token string) string {
	switch {
	case len(token) > maxToken:
		return "is too long"
	case strings.HasPrefix(token, stars):
		return "is the mask of another token; send the token itself, or leave the field out to keep the present one"
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return "may hold visible ASCII characters only, no spaces or line breaks"
		}
	}
	return ""
}
