//! What ITIL asks of a remediation plan: how a change is backed out.

use super::{Profile, Requirement, Shown};
use crate::diagnostic::Severity::{Error, Warning};

pub const PROFILE: Profile = Profile {
    name: "itil",
    title: "ITIL remediation plan",
    source: "ITIL, change enablement: remediation (back-out) planning, as training material and service desks' templates describe it",
    requirements: &[
        Requirement {
            name: "remediation-plan",
            asks: "No change is approved without a plan for taking it back",
            shown: Shown::Scenarios,
            severity: Error,
            rules: &["decision/no-scenario"],
        },
        Requirement {
            name: "technical-instructions",
            asks: "The instructions reverse the steps of the change, the last first",
            shown: Shown::WayBack,
            severity: Error,
            rules: &["reversal/undeclared", "reversal/hollow-undo", "order/undo-leaves-dependant", "order/violation"],
        },
        Requirement {
            name: "irreversible-parts",
            asks: "What can't be taken back has another remedy",
            shown: Shown::Remedy,
            severity: Error,
            rules: &["backup/missing", "reversal/irreversible"],
        },
        Requirement {
            name: "back-out-deadline",
            asks: "It is said until when a rollback can be begun",
            shown: Shown::LatestTime,
            severity: Error,
            rules: &["time/decision-too-late", "time/open-ended"],
        },
        Requirement {
            name: "back-out-duration",
            asks: "The rollback fits into the window of the change",
            shown: Shown::Estimates,
            severity: Error,
            rules: &["time/no-estimate", "time/rto-exceeded", "time/outside-window"],
        },
        Requirement {
            name: "change-window",
            asks: "The window of the change is announced",
            shown: Shown::Window,
            severity: Warning,
            rules: &["time/outside-window"],
        },
        Requirement {
            name: "criteria",
            asks: "It is said what calls for a rollback",
            shown: Shown::Triggers,
            severity: Error,
            rules: &["decision/unmeasurable", "decision/trigger-unmapped", "decision/criteria-gap"],
        },
        Requirement {
            name: "authority",
            asks: "Somebody is named who decides about it",
            shown: Shown::Decider,
            severity: Error,
            rules: &["people/no-owner"],
        },
        Requirement {
            name: "communication",
            asks: "It is planned who is told",
            shown: Shown::Messages,
            severity: Warning,
            rules: &["people/unannounced"],
        },
        Requirement {
            name: "contact-names",
            asks: "Everybody who takes part can be reached",
            shown: Shown::Contacts,
            severity: Warning,
            rules: &["people/no-contact"],
        },
        Requirement {
            name: "tested",
            asks: "The rollback was tried before the change is approved",
            shown: Shown::Outside("no plan shows it: carry the bundle out on a copy and keep its report"),
            severity: Warning,
            rules: &[],
        },
        Requirement {
            name: "review",
            asks: "What happened is looked at afterwards",
            shown: Shown::Afterwards,
            severity: Warning,
            rules: &[],
        },
    ],
};
