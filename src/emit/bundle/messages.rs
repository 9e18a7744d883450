//! `messages/NAME.conf`, their texts, and how each channel sends: a program of the plan's, or a person.

use crate::plan::Plan;
use crate::plan::action::Language;
use crate::plan::people::Message;

use super::code::{self, Heading};
use super::draft::{Draft, Facts};

pub(super) fn write(plan: &Plan, draft: &mut Draft) {
    for (_, channel) in plan.channels.iter() {
        if let Some(send) = &channel.send {
            let header = &channel.header;
            let heading = Heading::new([
                format!("Channel {}: {}", header.name, header.title),
                "Sends what stands in the file $RBK_MESSAGE_FILE, with the subject $RBK_MESSAGE_SUBJECT.".to_owned(),
            ]);
            if send.language == Language::Bash {
                draft.tools.insert("bash");
            }
            draft.file(format!("messages/{}.sh", header.name), code::script(&heading, send));
        }
    }
    for (_, message) in plan.messages.iter() {
        write_message(plan, message, draft);
    }
}

fn write_message(plan: &Plan, message: &Message, draft: &mut Draft) {
    let header = &message.header;
    let name = header.name.as_str();
    let channel = &plan.channels[message.channel.value];
    let about = format!("message {name}: {}", header.title);
    let mut facts = Facts::new(draft, format!("messages/{name}.conf"), header.span, &about);
    facts.text("message_title", &header.title);
    facts.text("message_subject", message.subject.as_ref().map_or("", |subject| &subject.value));
    facts.data("message_file", &format!("{name}.md"));
    facts.text("message_channel_title", &channel.header.title);
    if let Some(send) = &channel.send {
        facts.data("message_channel_send", &format!("{}.sh", channel.header.name));
        facts.data("message_channel_shell", code::shell(send));
    }
    let by = message.by.or(channel.by).map(|by| plan.roles[by].header.name.as_str());
    facts.maybe("message_by", by);
    facts.seconds("message_deadline", message.deadline.as_ref().map(|deadline| deadline.value));
    facts.names("message_slots", message.slots.iter().map(|slot| slot.name.value.as_str()));
    for slot in &message.slots {
        facts.text(&format!("slot_{}_question", slot.name.value.replace('-', "_")), &slot.question);
    }
    facts.end();
    draft.file(format!("messages/{name}.md"), message.body.as_ref().map(|body| code::ended(&body.text)).unwrap_or_default());
}
