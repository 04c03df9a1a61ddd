"""What the phone says by itself, without the server. One place, so that a translation finds all of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _n

WORDS: dict[str, str] = {
    "choose_outcome": _n("Choose done, partly or skipped."),
    "choose_partly": _n("Some of it was done: choose “partly”."),
    "choose_answer": _n("Choose an answer. “Can’t say” is one too."),
    "choose_flags": _n("Choose one. If you are not sure about a line, tick it."),
    "choose_which": _n("Tick the lines that are true, or choose “none of these”."),
    "choose_yes": _n("A line is ticked. Choose “yes”, or take the tick away."),
    "not_saved": _n(
        "This phone could not save it: it may be full, or the browser in private mode. Write it down and try again."
    ),
    "saving": _n("Saving"),
    "first_question": _n("First, how is the ankle?"),
    "answers_lighter": _n("This is today’s plan. Your answers can only make it lighter."),
    "offline": _n("No connection. The plan on this phone is from {when}."),
    "expired": _n("The plan on this phone is too old. Until it connects there is only the gentle part."),
    "too_old": _n("This plan is more than a month old. Connect the phone, or ask your clinic."),
    "no_plan": _n("There is no plan on this phone yet."),
    "no_plan_more": _n("Open this page once with a connection. From then on it opens without one."),
    "broken_plan": _n("The plan on this phone is damaged."),
    "broken_plan_more": _n("So it is not shown. Connect once, and this phone fetches it again."),
    "no_store": _n("This browser keeps nothing here."),
    "no_store_more": _n(
        "It is in private mode, or the phone is full. Here the plan opens with a connection only."
    ),
    "newer_plan": _n("This plan needs the new version of the app."),
    "newer_plan_more": _n("Connect once to get it."),
    "saved_here": _n("Saved on this phone, not yet sent."),
    "saved_more": _n(
        "It is sent by itself when there is a connection. Until then your clinic cannot see it."
    ),
    "rest_today": _n("The ankle rests today."),
    "withheld": _n("Left out because of what you answered."),
    "eased": _n("A lighter day."),
    "lighter_day": _n("Today is a lighter day, so there is no more of this today."),
    "session_of": _n("Today, {ankle}"),
    "check_in": _n("Check in, then start"),
    "go_on_session": _n("Go on"),
    "done_today": _n("Today is done."),
    "tomorrow": _n("Tomorrow we ask how the ankle was in the morning. That answer decides the next session."),
    "check_in_only": _n("Check in"),
    "check_morning": _n("How was the morning?"),
    "start": _n("Start"),
    "next": _n("Next"),
    "save": _n("Save"),
    "back": _n("Back"),
    "step_of": _n("{i} of {n}"),
    "before_start": _n("Before you start"),
    "note_flags": _n("If any of these is true, stop and get help; do not wait for us to answer."),
    "note_questions": _n("We ask before, not after. No answer can make today harder."),
    "refused": _n("Your clinic could not take this: {reason}"),
    "conflict": _n(
        "This was sent twice with different answers. Both are kept, and somebody at your clinic looks at them."
    ),
    "closed_link": _n("Your clinic has shut the link of this phone."),
    "closed_link_more": _n(
        "There are no sessions here any more. Ask your clinic for a new link. What is not yet sent stays on this phone,"
        " locked, and goes when you open it."
    ),
    "closed_care": _n("Your care here has ended."),
    "closed_care_more": _n(
        "There are no sessions and no questions any more. Your clinic can open your programme again."
    ),
    "closed_consent": _n("Your programme has stopped."),
    "closed_consent_more": _n(
        "You took your agreement back. There are no sessions until you agree again, with a connection."
    ),
    "not_taken_danger": _n(
        "It tells of a danger sign. That goes on counting here, put away or not: ask your clinic."
    ),
    "put_away": _n("Put it away"),
    "take_out": _n("Take it out again"),
    "away_until": _n("It stays on this phone, locked, until {on} at least."),
    "away_danger": _n("It tells of a danger sign: it stays on this phone and goes on counting."),
    "sign_out_again": _n("What stays opens again with your own link on this phone."),
    "online_only": _n("This page needs a connection."),
    "kept": _n("No connection. This is how it stood on {when}; what is not yet sent is not in it."),
    "kept_charts": _n("The charts go back six weeks."),
    "ready_yes": _n("yes"),
    "ready_no": _n("no"),
    "ready_unknown": _n("not known"),
    "ready_how_secure": _n(
        "Ask your clinic for the address that begins with https. In the clinic there is a code to scan."
    ),
    "ready_how_worker": _n("It needs the https address and a browser that is not in private mode."),
    "ready_how_store": _n("It needs the https address and a browser that is not in private mode."),
    "ready_how_lasting": _n(
        "The browser may clear them. It keeps them longer when Mortise is on the home screen."
    ),
    "ready_how_sensors": _n(
        "They need the https address, a phone, and your permission. Each test can be done by hand as well."
    ),
    "ready_how_sound": _n("The screen and vibration show the time instead."),
    "live_insecure": _n("No sensors on this address"),
    "live_insecure_more": _n(
        "A browser lets only a safe address use the sensors. Ask your clinic for the address that begins with"
        " https, or do the test by hand."
    ),
    "live_none": _n("This device has no motion sensors"),
    "live_none_more": _n(
        "A phone has them, a computer has not. Open this page on a phone, or do the test by hand."
    ),
    "live_denied": _n("The sensors are not allowed"),
    "live_denied_more": _n(
        "Allow motion sensors for this page in the browser’s settings, load the page again and try once"
        " more. Or do the test by hand."
    ),
    "live_silent": _n("The sensors are silent"),
    "live_silent_more": _n(
        "Nothing arrives from them. Close other apps and load the page again, or do the test by hand."
    ),
    "hops_wait": _n("Hops wait until you have checked in and today’s plan has hops on one leg in it."),
    "live_start": _n("Start"),
    "live_put_on": _n("Put the phone on."),
    "live_ready": _n("It starts in {n} s."),
    "side_left": _n("Left"),
    "side_right": _n("Right"),
    "live_go": _n("Stand still."),
    "live_flat_wait": _n("Hands off …"),
    "live_flat_moving": _n("It moves. Lay it down and take your hands away."),
    "live_flat_tilted": _n("It is not flat. Screen up, on a table."),
    "live_flat_gravity": _n(
        "The sensor reads wrong. Take the phone out of its case, or do the test by hand."
    ),
    "live_stand": _n("Stand still."),
    "live_forward": _n("Knee forward."),
    "live_hold": _n("Hold it."),
    "live_held": _n("Held. Come back."),
    "live_short": _n("That was not held. Stay two seconds."),
    "live_aside": _n("Knee over the second toe."),
    "live_fast": _n("Slower."),
    "live_moved": _n("The foot stands elsewhere. Stand as at the start, or begin again."),
    "live_turned": _n("The foot points another way than at the start, or the phone turned."),
    "live_slipped": _n("The heel came up, or the phone slid."),
    "live_up": _n("Up"),
    "live_down": _n("Down"),
    "live_trial": _n("{n} of 3"),
    "live_under_way": _n("Recording."),
    "live_lost": _n("The foot came down."),
    "live_result": _n("This is what the phone measured."),
    "live_refused": _n("The phone could not measure that."),
    "live_keep": _n("Keep it"),
    "live_again": _n("Again"),
    "live_kept": _n("Saved on this phone, not yet sent."),
    "live_sent": _n("Your clinic has it. Measured again there: {value}."),
    "live_sent_aside": _n("Your clinic has the recording. Somebody looks at it before the number counts."),
    "live_sent_refused": _n("Your clinic has it, but no number: {reason}"),
    "live_not_kept": _n("This could not be saved on the phone. Write the number down."),
    "live_more_n_counted": _n("{value} of {n_trials} counted"),
    "live_more_height_cm": _n("{value} cm high"),
    "live_more_period_s": _n("{value} s from one to the next"),
    "live_more_speed_mm_s": _n("Sway {value} mm a second"),
    "live_more_symmetry_ratio": _n("One foot’s step takes {value} times the other’s"),
    "live_more_n_steps": _n("{value} steps"),
    "live_more_contact_s": _n("{value} s on the floor between"),
    "live_more_n_hops": _n("{value} hops"),
    "live_q_few_trials": _n("Fewer than three tries counted."),
    "live_q_trials_disagree": _n("The tries differ by more than six degrees."),
    "live_q_no_hold": _n("Not held for half a second."),
    "live_q_too_fast": _n("Too fast."),
    "live_q_out_of_plane": _n("The knee went to the side."),
    "live_q_not_back_to_standing": _n(
        "You did not end where you began: the heel came up, or the phone slid."
    ),
    "live_q_sensor_slipped": _n("The phone slid on the shin."),
    "live_q_off_beat": _n("Not quite in time with the beat."),
    "live_q_height_at_shin": _n("Measured at the shin: the heel rose higher than this."),
    "live_q_held_to_end": _n("Held to the end."),
    "live_q_few_strides": _n("Few steps."),
    "live_r_no_standing": _n("It did not begin with standing still. Stand still for a second first."),
    "live_r_no_lunge": _n("The knee did not come forward far enough to see. Try again, heel down."),
    "live_r_no_rise": _n("No heel rise was found. Come down all the way each time."),
    "live_r_walking": _n("That looked like walking. Stay on the spot."),
    "live_r_no_stand": _n(
        "There were no three seconds of standing still. Hold on to something first, then let go."
    ),
    "live_r_no_walk": _n("There was no walking in it. Stand still, walk, stand still."),
    "live_r_few_strides": _n("Too few steps. Walk ten metres straight on."),
    "live_r_no_hop": _n("There was no hop in it. Hop on the spot, on one leg."),
    "live_r_slow_sensor": _n("The sensors of this phone are too slow for this test. Do it by hand."),
    "live_r_too_short": _n("That was too short. Tap Done only when you have finished."),
    "live_r_gaps": _n("The recording has holes. Close other apps and do it again."),
    "kind_check_in": _n("Check, {on}"),
    "kind_correction": _n("Correction, {on}"),
    "choose_why": _n("Choose an answer."),
    "nothing_different": _n("Nothing is different from before."),
    "check_before_session": _n("{on}, before the session"),
    "check_next_morning": _n("{on}, the morning after"),
    "check_self_test": _n("{on}, a test"),
    "today": _n("Today"),
    "kind_session_log": _n("Session, {on}"),
    "exercises_minutes": _n("{exercises}, {minutes}"),
    "seconds": _n("{n} s"),
    "kind_message": _n("Message, {on}"),
    "kind_questionnaire": _n("Questionnaire, {on}"),
    "kind_recording": _n("Recording, {on}"),
    "kind_reading": _n("Test, {on}"),
    "kind_other": _n("Report, {on}"),
    "choose_number": _n("Write a number between {low} and {high}."),
    "choose_step": _n("Give it in steps of {step} {unit}."),
    "choose_some": _n("Fill in at least one, or go back."),
    "choose_item": _n("Choose an answer, or leave it open."),
    "message_empty": _n("Write a sentence, or go back."),
    "message_sent": _n("Your clinic has it."),
    "message_waits": _n("Not yet sent."),
    "due": _n("Due."),
    "open": _n("Open"),
    "go_on": _n("Go on"),
    "leave": _n("Leave"),
    "leave_open": _n("Leave open"),
    "from_to": _n("{low} to {high}"),
    "score_of": _n("{value} of {high}"),
    "no_score": _n("No score: {n} of {all} answered; {least} are needed"),
    "too_little": _n("Too little was answered for a score. Nothing is saved."),
}


# What is counted: the number decides its form, and a language may have up to six.
N_COUNTED = (
    200  # every rule of plurals looks at the last two digits, or at a small number: from 100 on it repeats
)


def counted() -> dict[str, list[str]]:
    """Return each counted sentence in its form for 0, 1, 2 and so on."""
    numbers = range(N_COUNTED)
    return {
        "unsent": [ngettext("{n} not yet sent", "{n} not yet sent", n) for n in numbers],
        "not_taken": [ngettext("{n} not taken", "{n} not taken", n) for n in numbers],
        "exercises": [ngettext("{n} exercise", "{n} exercises", n) for n in numbers],
        "questions": [ngettext("{n} question.", "{n} questions.", n) for n in numbers],
        "n_answered": [ngettext("{n} answered.", "{n} answered.", n) for n in numbers],
        "left_open": [ngettext("{n} left open.", "{n} left open.", n) for n in numbers],
        "minutes": [ngettext("{n} min", "{n} min", n) for n in numbers],
        "sign_out_unsent": [
            ngettext("{n} report is not sent yet.", "{n} reports are not sent yet.", n) for n in numbers
        ],
        "sign_out_stays": [
            ngettext(
                "It stays on this phone, locked, for you and nobody else. Until it is sent your clinic does not see"
                " it.",
                "They stay on this phone, locked, for you and nobody else. Until they are sent your clinic does not see"
                " them.",
                n,
            )
            for n in numbers
        ],
        "sign_out_not_taken": [
            ngettext(
                "One that your clinic could not take stays here too, locked.",
                "{n} that your clinic could not take stay here too, locked.",
                n,
            )
            for n in numbers
        ],
    }


def page_words() -> dict[str, Any]:
    """Return every sentence of the scripts in the language of the page; a counted one with the form of each number."""
    said: dict[str, Any] = {name: gettext(text) for name, text in WORDS.items()}
    for name, by_number in counted().items():
        forms = list(dict.fromkeys(by_number))
        said[name] = {"forms": forms, "form_of": "".join(str(forms.index(one)) for one in by_number)}
    return said
