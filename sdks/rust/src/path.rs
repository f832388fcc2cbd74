// SPDX-License-Identifier: MIT
//! Keys and prefixes as paths of URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Error, Result};

/// All but RFC 3986's unreserved characters.
pub(crate) const COMPONENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &COMPONENT.remove(b'/');
const LONGEST_KEY: usize = 1024;

pub(crate) fn check_key(key: &str) -> Result<()> {
    if key.is_empty() {
        return Err(Error::invalid("the key is empty"));
    }
    if key.len() > LONGEST_KEY {
        return Err(Error::invalid(format!(
            "the key has {} bytes, more than {LONGEST_KEY}",
            key.len()
        )));
    }
    let reserved = matches!(key, "keys" | "wal" | "ping" | "metrics")
        || key.starts_with("keys/")
        || key.starts_with("-/");
    if reserved {
        return Err(Error::invalid(format!("'{key}' is reserved and never a key")));
    }
    Ok(())
}

/// The path of a key.
pub(crate) fn key_path(key: &str) -> Result<String> {
    check_key(key)?;
    if matches!(key, "." | "..") {
        return Err(Error::invalid(format!(
            "the key '{key}' cannot be sent in a URL; a batch and a list can hold it"
        )));
    }
    Ok(format!("/{}", utf8_percent_encode(key, set_for(key))))
}

/// The path of the keys with a prefix; the empty prefix is that of all keys.
pub(crate) fn prefix_path(prefix: &str) -> String {
    if prefix.is_empty() {
        return "/keys".to_owned();
    }
    let set = set_for(prefix);
    let slash = if std::ptr::eq(set, COMPONENT) { "%2F" } else { "/" };
    format!("/keys{slash}{}", utf8_percent_encode(prefix, set))
}

/// URLs fold the path segments `.` and `..`. Where all slashes are encoded there is one segment only.
fn set_for(text: &str) -> &'static AsciiSet {
    let folds = text.split('/').any(|segment| matches!(segment, "." | ".."));
    if folds { COMPONENT } else { PATH }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_but_for_slashes() {
        assert_eq!(key_path("user/42").unwrap(), "/user/42");
        assert_eq!(key_path("a b?c#d%e+f").unwrap(), "/a%20b%3Fc%23d%25e%2Bf");
        assert_eq!(key_path("ü/\0").unwrap(), "/%C3%BC/%00");
        assert_eq!(key_path("/a//").unwrap(), "//a//");
    }

    #[test]
    fn dot_segments_survive() {
        assert_eq!(key_path("a/../b").unwrap(), "/a%2F..%2Fb");
        assert_eq!(key_path(".a/b.").unwrap(), "/.a/b.");
        assert_eq!(prefix_path(".."), "/keys%2F..");
        assert!(matches!(key_path(".."), Err(Error::InvalidArgument(_))));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for key in ["", "keys", "keys/", "keys/a", "wal", "ping", "metrics", "-/info", "-/"] {
            assert!(matches!(key_path(key), Err(Error::InvalidArgument(_))), "{key}");
        }
        assert!(key_path(&"k".repeat(1024)).is_ok());
        assert!(key_path(&"k".repeat(1025)).is_err());
        assert!(key_path("wal/1").is_ok());
    }

    #[test]
    fn prefixes_may_be_empty() {
        assert_eq!(prefix_path(""), "/keys");
        assert_eq!(prefix_path("user/"), "/keys/user/");
    }
}
