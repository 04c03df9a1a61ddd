"""Every error says what is wrong, where, and what to do; codes are stable and distinct."""

from mortise import errors


def every_error() -> list[type[errors.MortiseError]]:
    found, queue = [], [errors.MortiseError]
    while queue:
        one = queue.pop()
        found.append(one)
        queue += one.__subclasses__()
    return found


def test_every_class_has_its_own_code_and_a_sentence() -> None:
    classes = every_error()
    assert len({one.code for one in classes}) == len(classes)
    assert all((one.__doc__ or "").strip().endswith(".") for one in classes)


def test_the_four_families_keep_their_exit_statuses() -> None:
    families = (errors.ContentError, errors.SignalError, errors.InputError, errors.ConflictError)
    assert [one.exit_status for one in families] == [10, 11, 12, 13]


def test_the_docstring_is_the_default_message() -> None:
    assert (
        str(errors.SignalError())
        == "The recording cannot be used. Record again as the instructions for this test say."
    )


def test_where_and_mend_surround_the_message() -> None:
    error = errors.InputError("too high.", where="a.json, field x", mend="Enter at most 25.")
    assert str(error) == "a.json, field x: too high. Enter at most 25."


def test_content_faults_lists_every_fault() -> None:
    faults = [
        errors.Fault("a.toml, unit", "is not known.", "Use cm."),
        errors.Fault("b.toml, low", "is missing."),
    ]
    text = str(errors.ContentFaults(faults))
    assert "2 fault(s)" in text
    assert all(str(fault) in text for fault in faults)
