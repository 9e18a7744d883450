//! What AWS asks of a cutover runbook and of a rollback plan.

use super::{Profile, Requirement, Shown};
use crate::diagnostic::Severity::{Error, Warning};

pub const PROFILE: Profile = Profile {
    name: "aws-cutover",
    title: "AWS cutover runbook",
    source: "AWS Prescriptive Guidance, large migrations: cutover runbook; AWS Well-Architected, Life Sciences Lens LSREL09-BP01 and \
             Reliability Pillar REL08-BP01",
    requirements: &[
        Requirement {
            name: "activities",
            asks: "Every activity of the cutover is written down, with what it depends on",
            shown: Shown::Changes,
            severity: Error,
            rules: &["order/violation", "people/action-without-means"],
        },
        Requirement {
            name: "planned-timeline",
            asks: "Every activity has a planned time",
            shown: Shown::Timeline,
            severity: Warning,
            rules: &["time/outside-window"],
        },
        Requirement {
            name: "actual-times",
            asks: "When each step really began and ended is recorded",
            shown: Shown::Bundle("the bundle's journal and report hold when each step began and ended"),
            severity: Warning,
            rules: &[],
        },
        Requirement {
            name: "dependencies",
            asks: "It is known what depends on the systems",
            shown: Shown::Writers,
            severity: Warning,
            rules: &["order/writers-not-frozen"],
        },
        Requirement { name: "owners", asks: "Every step has an owner", shown: Shown::Owners, severity: Error, rules: &["people/no-owner"] },
        Requirement {
            name: "success-criteria",
            asks: "Every step has a criterion that says whether it succeeded",
            shown: Shown::Verified,
            severity: Error,
            rules: &["check/missing", "check/vacuous", "check/exit-status-lies"],
        },
        Requirement {
            name: "rollback-plan",
            asks: "There is a rollback plan with exact steps for code, configuration, schema and infrastructure",
            shown: Shown::Scenarios,
            severity: Error,
            rules: &["decision/no-scenario", "reversal/undeclared", "reversal/hollow-undo"],
        },
        Requirement {
            name: "rollback-time",
            asks: "How long the rollback takes is known before the cutover begins",
            shown: Shown::Estimates,
            severity: Error,
            rules: &["time/rto-exceeded", "time/no-estimate", "time/decision-too-late"],
        },
        Requirement {
            name: "go-or-no-go",
            asks: "It is decided at named points whether one goes on",
            shown: Shown::Decisions,
            severity: Warning,
            rules: &["time/decision-too-late"],
        },
        Requirement {
            name: "fix-forward",
            asks: "There is a way on for what can't be rolled back",
            shown: Shown::Remedy,
            severity: Warning,
            rules: &[],
        },
        Requirement {
            name: "backup",
            asks: "A backup is taken before the migration",
            shown: Shown::Backups,
            severity: Error,
            rules: &["backup/missing", "backup/never-taken", "backup/format-mismatch", "backup/expires-early"],
        },
        Requirement {
            name: "contacts",
            asks: "A list says how everybody is reached who takes part",
            shown: Shown::Contacts,
            severity: Warning,
            rules: &["people/no-contact"],
        },
        Requirement {
            name: "communications",
            asks: "It is planned who is told what, and when",
            shown: Shown::Messages,
            severity: Warning,
            rules: &["people/unannounced"],
        },
        Requirement {
            name: "approvals",
            asks: "Somebody named approves a rollback",
            shown: Shown::Approvals,
            severity: Warning,
            rules: &[],
        },
        Requirement {
            name: "versioned",
            asks: "The plan is versioned together with the release",
            shown: Shown::Version,
            severity: Warning,
            rules: &["reference/floating-ref"],
        },
        Requirement {
            name: "rehearsed",
            asks: "The rollback was tried outside production",
            shown: Shown::Outside("no plan shows it: carry the bundle out on a copy and keep its report"),
            severity: Warning,
            rules: &[],
        },
    ],
};
