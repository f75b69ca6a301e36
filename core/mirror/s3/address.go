package s3

import (
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"

	"github.com/hfdownloader/hfdownloader/core/fault"
)

// address is where the mirror is.
type address struct {
	bucket, prefix string // the prefix ends with "/" unless empty
	host, region   string
	secure         bool
}

func invalid(why, hint string) error {
	return fault.New(fault.Invalid, "open the mirror", "s3", errors.New(why)).WithHint(hint)
}

const secretHint = "put them into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or ~/.aws/credentials" //nolint:gosec // names, no secret

func parse(u *url.URL, o Options) (address, error) {
	query, err := url.ParseQuery(u.RawQuery)
	switch {
	case u.User != nil:
		return address{}, invalid("credentials do not belong into an address", secretHint)
	case u.Scheme != "s3" || err != nil || u.Fragment != "":
		return address{}, invalid("the address is none", "write s3://bucket/prefix?endpoint=https://host:port")
	case s3utils.CheckValidBucketName(u.Host) != nil:
		return address{}, invalid("the bucket's name cannot be one", "write s3://bucket/prefix")
	}
	for name, values := range query {
		if !slices.Contains([]string{"endpoint", "region"}, name) || len(values) != 1 {
			return address{}, invalid("only one endpoint and region may follow the ?", secretHint)
		}
	}
	at := address{bucket: u.Host, region: query.Get("region"), prefix: strings.Trim(u.Path, "/")}
	if at.prefix != "" {
		if !fs.ValidPath(at.prefix) || at.prefix == "." || len(at.prefix) > maxName || plain(at.prefix) != at.prefix {
			return address{}, invalid("the prefix is no path", "write s3://bucket/prefix")
		}
		at.prefix += "/"
	}
	if at.region == "" {
		at.region = o.env("AWS_REGION", "AWS_DEFAULT_REGION")
	}
	endpoint := query.Get("endpoint")
	if endpoint == "" {
		endpoint = o.env("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
	}
	return at.reach(endpoint)
}

// reach takes the endpoint; "" is AWS.
func (a address) reach(endpoint string) (address, error) {
	if endpoint == "" {
		endpoint = "https://s3.amazonaws.com"
	}
	e, err := url.Parse(endpoint)
	switch {
	case err == nil && e.User != nil:
		return a, invalid("credentials do not belong into an endpoint", secretHint)
	case err != nil || e.Scheme != "https" && e.Scheme != "http" || e.Host == "" ||
		strings.Trim(e.Path, "/") != "" || e.RawQuery != "" || e.Fragment != "":
		return a, invalid("its endpoint is none", "write it as https://host:port")
	}
	a.host, a.secure = e.Host, e.Scheme == "https"
	return a, nil
}

// login finds the credentials as the AWS tools do: the environment, then the file.
func login(o Options) (*credentials.Credentials, error) {
	id, secret := o.env("AWS_ACCESS_KEY_ID"), o.env("AWS_SECRET_ACCESS_KEY")
	if id != "" && secret != "" {
		return credentials.NewStaticV4(id, secret, o.env("AWS_SESSION_TOKEN")), nil
	}
	profile := o.env("AWS_PROFILE")
	if profile == "" {
		profile = "default" // or the provider reads the environment itself
	}
	var files []string
	if file := o.env("AWS_SHARED_CREDENTIALS_FILE"); file != "" {
		files = append(files, file)
	} else if o.Home != "" {
		files = append(files, filepath.Join(o.Home, ".aws", "credentials"), filepath.Join(o.Home, ".aws", "config"))
	}
	for _, file := range files {
		creds := credentials.NewFileAWSCredentials(file, profile)
		if v, err := creds.GetWithContext(nil); err == nil && v.AccessKeyID != "" {
			return creds, nil
		}
	}
	return nil, fault.New(fault.Unauthorized, "open the mirror", "s3", errors.New("there are no credentials")).WithHint(secretHint)
}
