package s3

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"github.com/minio/minio-go/v7"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// code is what the store calls an error; "" for none and for those of the way there.
func code(err error) string {
	var r minio.ErrorResponse
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// maxName is how long the name of an object may be, in bytes, and what is told of one.
const maxName = 1024

// plain drops what a terminal would act on.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return strings.ToValidUTF8(s[:min(len(s), maxName)], "")
}

// fault tells what the store said, with what to do next. nil stays nil.
func (t *Target) fault(ctx context.Context, op, name string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fault.New(fault.Canceled, op+" at the store", plain(name), ctx.Err()).WithHint("run the same command again to go on")
	}
	kind, hint := meaning(code(err))
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.New(kind, op+" at the store", t.at.bucket+": "+plain(name), errors.New(plain(err.Error()))).WithHint(hint)
}

func meaning(code string) (fault.Kind, string) {
	switch code {
	case "NoSuchBucket":
		return fault.Invalid, "create the bucket first, or correct its name in the target"
	case "AccessDenied", "AllAccessDisabled", "AccountProblem":
		return fault.Unauthorized, "the key needs to list the bucket and to get, put and delete objects and multipart uploads"
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "UnauthorizedAccess":
		return fault.Unauthorized, "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile in ~/.aws/credentials"
	case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException", "InvalidRegion":
		return fault.Invalid, "the bucket is in another region: add ?region=NAME to the target"
	case "RequestTimeTooSkewed":
		return fault.Unauthorized, "set this machine's clock"
	case "NoSuchKey":
		return fault.Unavailable, "it went from the store meanwhile: run the same command again"
	case "BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest":
		return fault.Integrity, "the bytes changed on their way or in the cache: hfdownloader cache verify"
	default:
		return fault.Unavailable, "see that the endpoint is right and up; the same command goes on"
	}
}
