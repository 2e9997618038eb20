//! Links with which a member corrects their own turns, without the rest of the page.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::common::secret::random;

/// Who a link is for.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// The meeting's name.
    pub meeting: String,
    /// The short name of the person.
    pub person: String,
}

/// The links that were made since the server began, by their secret.
#[derive(Default)]
pub struct MemberLinks {
    made: Mutex<HashMap<String, Arc<Member>>>,
}

impl MemberLinks {
    /// The secret of the link for a member: the same each time.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn secret(&self, member: Member) -> io::Result<String> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((secret, _)) = made.iter().find(|(_, known)| ***known == member) {
            return Ok(secret.clone());
        }
        let secret = random()?;
        made.insert(secret.clone(), Arc::new(member));
        Ok(secret)
    }

    /// Who the link with this secret is for.
    pub fn find(&self, secret: &str) -> Option<Arc<Member>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).get(secret).map(Arc::clone)
    }
}
