//! What GitLab asks of a change to its production.

use super::{Profile, Requirement, Shown};
use crate::diagnostic::Severity::{Error, Warning};

pub const PROFILE: Profile = Profile {
    name: "gitlab-change",
    title: "GitLab change request",
    source: "GitLab's public template for changes to production (gitlab-com/gl-infra/production)",
    requirements: &[
        Requirement {
            name: "summary",
            asks: "What is changed, and why, stands at the head",
            shown: Shown::Summary,
            severity: Warning,
            rules: &[],
        },
        Requirement {
            name: "technician",
            asks: "Somebody is named who carries the change out",
            shown: Shown::Owners,
            severity: Error,
            rules: &["people/no-owner"],
        },
        Requirement { name: "reviewer", asks: "Somebody else looks at it", shown: Shown::SecondPerson, severity: Warning, rules: &[] },
        Requirement {
            name: "services",
            asks: "The services that are touched are named",
            shown: Shown::Systems,
            severity: Error,
            rules: &[],
        },
        Requirement {
            name: "schedule",
            asks: "It is said when it happens, and how long it takes",
            shown: Shown::Timeline,
            severity: Warning,
            rules: &["time/outside-window"],
        },
        Requirement {
            name: "preparation",
            asks: "What has to hold before the change is listed",
            shown: Shown::Preconditions,
            severity: Warning,
            rules: &["decision/contradictory-precondition", "decision/gate-without-probe"],
        },
        Requirement {
            name: "change-steps",
            asks: "The steps of the change are written down, each to be carried out as it stands",
            shown: Shown::Changes,
            severity: Error,
            rules: &["people/action-without-means", "people/placeholder"],
        },
        Requirement {
            name: "checks-afterwards",
            asks: "It is checked afterwards that the change has worked",
            shown: Shown::Verified,
            severity: Error,
            rules: &["check/missing", "check/vacuous", "check/exit-status-lies"],
        },
        Requirement {
            name: "rollback-steps",
            asks: "The steps of the rollback are written down, each to be carried out as it stands",
            shown: Shown::WayBack,
            severity: Error,
            rules: &["reversal/undeclared", "reversal/hollow-undo", "decision/no-scenario"],
        },
        Requirement {
            name: "rollback-minutes",
            asks: "It is estimated how many minutes the rollback takes",
            shown: Shown::Estimates,
            severity: Error,
            rules: &["time/no-estimate", "time/rto-exceeded"],
        },
        Requirement {
            name: "what-prompts-a-rollback",
            asks: "It is said which values call for a rollback",
            shown: Shown::Triggers,
            severity: Error,
            rules: &["decision/unmeasurable", "decision/trigger-unmapped", "decision/trigger-after-return"],
        },
        Requirement {
            name: "metrics",
            asks: "Every metric says where it can be looked at",
            shown: Shown::Sources,
            severity: Error,
            rules: &[],
        },
        Requirement {
            name: "observation",
            asks: "The metrics are watched for a while after the change",
            shown: Shown::Observation,
            severity: Warning,
            rules: &[],
        },
    ],
};
