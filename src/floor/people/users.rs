use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::body::Body;
use crate::access::{AccessError, Act, On, UserDraft};
use crate::floor::house::House;
use crate::floor::visitor::Visitor;
use crate::http::Fault;
use crate::store::{Role, UserRow};

/// A user as administrators get it: without hashes.
#[derive(Debug, Serialize)]
pub(super) struct UserCard {
    name: String,
    full_name: String,
    role: Role,
    teams: Vec<String>,
    agent: Option<String>,
    disabled: bool,
    must_change: bool,
    /// Linked to a subject at the identity provider.
    oidc: bool,
}

impl UserCard {
    fn of(user: UserRow) -> Self {
        let UserRow { name, full_name, role, teams, agent, disabled, must_change, oidc_subject, .. } = user;
        Self { name, full_name, role, teams, agent, disabled, must_change, oidc: !oidc_subject.is_empty() }
    }
}

/// `PUT /api/users/{name}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutUser {
    #[serde(default)]
    full_name: String,
    role: Role,
    #[serde(default)]
    teams: Vec<String>,
    #[serde(default)]
    agent: Option<String>,
    #[serde(default)]
    disabled: bool,
}

/// `PUT /api/users/{name}/subject`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkSubject {
    subject: String,
}

pub(super) async fn list(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Vec<UserCard>>, Fault> {
    visitor.check(&house, Act::ManageUsers, On::Whole, "users")?;
    let read = |house: &House| Ok(house.accounts.users()?);
    Ok(Json(house.blocking(read).await?.into_iter().map(UserCard::of).collect()))
}

pub(super) async fn teams(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Vec<String>>, Fault> {
    visitor.check(&house, Act::ManageUsers, On::Whole, "teams")?;
    Ok(Json(house.blocking(|house| Ok(house.accounts.teams()?)).await?))
}

/// Makes a user, who gets a one-time password in the answer, or changes one.
pub(super) async fn put(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Body(PutUser { full_name, role, teams, agent, disabled }): Body<PutUser>,
) -> Result<Json<Value>, Fault> {
    visitor.check(&house, Act::ManageUsers, On::Whole, "users")?;
    let draft = UserDraft { full_name, role, teams, agent, disabled };
    let turn = house.log_ins.turn().await?;
    let put = move |house: &House| {
        let _turn = turn;
        let (actor, now) = (visitor.actor(), house.clock.now());
        match house.accounts.change_user(&actor, &name, &draft, now) {
            Ok(_) => Ok(Json(json!({}))),
            Err(AccessError::Missing(_)) => {
                let password = house.accounts.add_user(&actor, &name, &draft, now)?;
                Ok(Json(json!({"password": password.reveal()})))
            }
            Err(error) => Err(error.into()),
        }
    };
    house.blocking(put).await
}

/// A new one-time password.
pub(super) async fn reset_password(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Json<Value>, Fault> {
    visitor.check(&house, Act::ManageUsers, On::Whole, "users")?;
    let turn = house.log_ins.turn().await?;
    let reset = move |house: &House| {
        let _turn = turn;
        let password = house.accounts.reset_password(&visitor.actor(), &name, house.clock.now())?;
        Ok(Json(json!({"password": password.reveal()})))
    };
    house.blocking(reset).await
}

/// Links a user to a subject at the identity provider; an empty subject unlinks.
pub(super) async fn link_subject(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Body(LinkSubject { subject }): Body<LinkSubject>,
) -> Result<Json<Value>, Fault> {
    visitor.check(&house, Act::ManageUsers, On::Whole, "users")?;
    let link = move |house: &House| {
        house.accounts.link_subject(&visitor.actor(), &name, &subject, house.clock.now())?;
        Ok(Json(json!({})))
    };
    house.blocking(link).await
}
